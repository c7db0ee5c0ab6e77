import type { PeerSettings } from '@vm-tools/trust';
import type { TrustInput } from '../trust-options.ts';

/** The settings of a peer on the command line; those that are not given are absent, and stay as they are. */
export function settingsOf(input: TrustInput, host: string | undefined): PeerSettings {
  const { fingerprint, certificateName, allowNames, maxMemory, maxConcurrent, live, maySend, mayReceive } =
    input;
  const { allowKernels, requireKernels, allowDisks, allowBridges, allowScripts, allowBackends } = input;
  const { allowFolders, allowListen } = input;
  const { maxDomains, maxTotalMemory } = input;
  return {
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(certificateName === undefined ? {} : { certificateName }),
    ...(host === undefined ? {} : { hosts: [host] }),
    ...(allowNames === undefined ? {} : { domains: [...allowNames] }),
    ...(maxMemory === undefined ? {} : { maxMemoryMib: maxMemory }),
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
    ...(allowKernels === undefined ? {} : { kernels: [...allowKernels] }),
    ...(requireKernels === undefined ? {} : { requireKernels: requireKernels === 'yes' }),
    ...(allowDisks === undefined ? {} : { disks: [...allowDisks] }),
    ...(allowBridges === undefined ? {} : { bridges: [...allowBridges] }),
    ...(allowScripts === undefined ? {} : { scripts: [...allowScripts] }),
    ...(allowBackends === undefined ? {} : { backends: [...allowBackends] }),
    ...(allowFolders === undefined ? {} : { folders: [...allowFolders] }),
    ...(allowListen === undefined ? {} : { listen: [...allowListen] }),
    ...(maxDomains === undefined ? {} : { maxDomains }),
    ...(maxTotalMemory === undefined ? {} : { maxTotalMemoryMib: maxTotalMemory }),
    ...(live === undefined ? {} : { live: live === 'yes' }),
    ...(maySend === undefined ? {} : { maySend: maySend === 'yes' }),
    ...(mayReceive === undefined ? {} : { mayReceive: mayReceive === 'yes' }),
  };
}
