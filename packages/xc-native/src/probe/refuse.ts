import { VmToolsError } from '@vm-tools/errors';
import type { HostFacts } from './facts.ts';

/** Why Xen cannot be driven on such a host, if what its file system shows is enough to know. */
export function refuse(facts: HostFacts): VmToolsError | undefined {
  const { privcmd, procXenExists, capabilities } = facts;
  if (privcmd === 'missing' && !procXenExists) return notRunning(facts);
  if (capabilities !== undefined && !capabilities.split(',').includes('control_d'))
    return notControlDomain(facts);
  if (privcmd === 'missing') return deviceMissing(facts);
  if (privcmd === 'forbidden') return noPrivilege();
  return undefined;
}

function notRunning(facts: HostFacts): VmToolsError {
  const installed = facts.installed.map((version) => `Xen ${version}`).join(', ');
  return new VmToolsError({
    code: 'XEN_NOT_RUNNING',
    kind: 'no-xen',
    message: 'this host does not run on Xen: there is neither /dev/xen/privcmd nor /proc/xen',
    hint: installed
      ? `boot the host with the Xen entry of its boot menu: the libraries of ${installed} are installed`
      : 'install Xen (on Debian: apt-get install xen-system-amd64) and boot the host with it',
    details: { ...facts },
  });
}

function notControlDomain(facts: HostFacts): VmToolsError {
  return new VmToolsError({
    code: 'XEN_NOT_RUNNING',
    kind: 'no-xen',
    message: 'this system is a guest of Xen, not its control domain: /proc/xen/capabilities lacks control_d',
    hint: 'run it in dom0',
    details: { ...facts },
  });
}

function deviceMissing(facts: HostFacts): VmToolsError {
  return new VmToolsError({
    code: 'XEN_NOT_RUNNING',
    kind: 'no-xen',
    message: 'this host runs on Xen, but /dev/xen/privcmd is missing, so no hypercall can be made',
    hint: 'load the kernel module xen-privcmd (modprobe xen-privcmd)',
    details: { ...facts },
  });
}

/** The device is there and must not be opened: by its mode, or, when root is refused as well, by a container. */
export function noPrivilege(cause?: VmToolsError): VmToolsError {
  return new VmToolsError({
    code: 'XEN_NO_PRIVILEGE',
    kind: 'no-xen',
    message: 'no permission to open /dev/xen/privcmd',
    hint: 'run it as root (sudo), outside of containers',
    cause,
  });
}

/** The library for the running Xen is not there; perhaps another version's is. */
export function withInstalledVersions(error: VmToolsError, facts: HostFacts): VmToolsError {
  const { installed, version } = facts;
  const package_ = version === undefined ? 'xen-utils' : `xen-utils-${version}`;
  return error.with({
    hint:
      installed.length === 0
        ? `install Xen's libraries (on Debian: apt-get install ${package_})`
        : `install those of the running Xen${version === undefined ? '' : `, ${version}`}: installed are those of Xen ${installed.join(', ')}`,
    details: { ...facts },
  });
}
