import { listText, type Invocation, type ListShape, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { parsePeerAddress } from '@vm-tools/libxfr';
import type { TlsAddress } from '@vm-tools/libxfr/transport';
import {
  forgetPeer,
  listPeers,
  peekFingerprint,
  readPeer,
  trustFolder,
  trustPeer,
  type Peer,
} from '@vm-tools/trust';
import type { ForgetInput, PeersInput, TrustInput } from '../trust-options.ts';
import { settingsOf } from './peer-settings.ts';
import type { ForgottenPeer } from './result.ts';

/** Trusts a peer, or changes its settings. Without a fingerprint it only shows the host that answers at an address. */
export async function trust({ input, root, signal }: Invocation<TrustInput>): Promise<Outcome<Peer>> {
  const folder = trustFolder(root);
  const { name } = input;
  const at = input.at === undefined ? undefined : tlsAddress(input.at);
  const isNamed = input.fingerprint !== undefined || input.certificateName !== undefined;
  if (!isNamed && (await readPeer(folder, name)) === undefined) throw await firstContact(name, at, signal);
  const peer = await trustPeer(folder, name, settingsOf(input, at?.host));
  return { value: peer, text: `${name} is trusted: ${mayOf(peer)}` };
}

export async function forget({ input, root }: Invocation<ForgetInput>): Promise<Outcome<ForgottenPeer>> {
  await forgetPeer(trustFolder(root), input.name);
  return { value: { name: input.name }, text: `${input.name} is not known any more` };
}

const SHAPE: ListShape<Peer> = {
  columns: [
    { heading: 'Peer', text: ({ name }) => name },
    { heading: 'Known by', text: (peer) => peer.fingerprint ?? `certificate of ${peer.certificateName}` },
    { heading: 'Called', text: ({ hosts }) => hosts.join(', ') || '-' },
    { heading: 'May', text: mayOf },
  ],
  word: ({ name }) => name,
};

export async function peers({ root, input }: Invocation<PeersInput>): Promise<Outcome<readonly Peer[]>> {
  const known = await listPeers(trustFolder(root));
  if (known.length === 0) return { isReport: true, value: known };
  return { isReport: true, value: known, text: await listText(known, SHAPE, input.output) };
}

/** e.g. "send and receive web-*, 4096 MiB at most, 2 at once, kernels from /boot/guests, not live" */
function mayOf({ maySend, mayReceive, domains, maxMemoryMib, maxConcurrent, live, ...peer }: Peer): string {
  const ways = [maySend && 'send', mayReceive && 'receive'].filter((way) => way !== false);
  if (ways.length === 0) return 'nothing';
  return [
    `${ways.join(' and ')} ${domains?.join(' ') ?? 'all'}`,
    ...(maxMemoryMib === undefined ? [] : [`${maxMemoryMib} MiB at most`]),
    ...(maxConcurrent === undefined ? [] : [`${maxConcurrent} at once`]),
    ...(peer.kernels === undefined ? [] : [`kernels from ${peer.kernels.join(' ') || 'nowhere'}`]),
    ...(peer.requireKernels === false ? ['without a kernel here'] : []),
    ...(peer.disks === undefined ? [] : [`disks in ${peer.disks.join(' ') || 'no folder'}`]),
    ...(peer.bridges === undefined ? [] : [`bridges ${peer.bridges.join(' ') || 'none'}`]),
    ...(peer.scripts === undefined ? [] : [`scripts ${peer.scripts.join(' ') || 'none'}`]),
    ...(peer.backends === undefined ? [] : [`backends ${peer.backends.join(' ') || 'none'}`]),
    ...(peer.folders === undefined ? [] : [`folders ${peer.folders.join(' ') || 'none'}`]),
    ...(peer.listen === undefined ? [] : [`listen ${peer.listen.join(' ') || 'none'}`]),
    ...(peer.maxDomains === undefined ? [] : [`${peer.maxDomains} here`]),
    ...(peer.maxTotalMemoryMib === undefined ? [] : [`${peer.maxTotalMemoryMib} MiB here together`]),
    ...(live ? [] : ['not live']),
  ].join(', ');
}

function tlsAddress(text: string): TlsAddress {
  const address = parsePeerAddress(text);
  if (address.transport === 'tls') return address;
  throw new VmToolsError({
    code: 'XFR_ENDPOINT_TRANSPORT',
    kind: 'usage',
    message: `${text} has no identity that could be trusted`,
    hint: 'write HOST or HOST:PORT; over ssh:// and unix:// sshd and the mode of the socket decide which callers come in',
    details: { text },
  });
}

/** Says why no host was trusted, and how to trust it. */
async function firstContact(
  name: string,
  at: TlsAddress | undefined,
  signal: AbortSignal,
): Promise<VmToolsError> {
  if (at === undefined) {
    return new VmToolsError({
      code: 'XFR_PEER_FINGERPRINT',
      kind: 'usage',
      message: `${name} is not known yet, and nothing says which key it has`,
      hint: `show it there with xfrd fingerprint; then xfrd trust ${name} HOST --fingerprint SHA256:…`,
      details: { name },
    });
  }
  const { host } = at;
  const { fingerprint, name: claimed } = await peekFingerprint(at, { signal });
  const command = `xfrd trust ${name} ${host} --fingerprint ${fingerprint}`;
  return new VmToolsError({
    code: 'XFR_PEER_FINGERPRINT',
    kind: 'usage',
    message: `${host} shows the key ${fingerprint}${claimed === undefined ? '' : ` and calls itself ${claimed}`}; it is not trusted by that`,
    hint: `if xfrd fingerprint shows the same there: ${command}`,
    details: { name, host, fingerprint, claimed, command },
  });
}
