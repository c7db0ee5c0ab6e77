import { VmToolsError } from '@vm-tools/errors';
import type { Connection } from '../protocol/connection.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { descriptorConnection } from './descriptors.ts';
import { formatPeerAddress, type PeerAddress, type SshAddress } from './peer-address.ts';
import { connectSsh } from './ssh.ts';

/** How xl is reached: by ssh, as xl itself does, or over descriptors that another program has opened. */
export type XlAddress = Exclude<PeerAddress, { transport: 'tls' | 'tcp' | 'unix' }>;

/** The scheme of a peer in a journal that has only xl. */
const SCHEME = 'xl+';

/** Whether a journal names a peer that has only xl, and cannot be asked. */
export const isXl = (peer: string): boolean => peer.startsWith(SCHEME);

/** The address as a journal keeps it: "xl+ssh://root@b". */
export const xlAddressText = (address: XlAddress): string => `${SCHEME}${formatPeerAddress(address)}`;

/** @throws VmToolsError XFR_ENDPOINT_TRANSPORT (usage) */
export function requireXlAddress(address: PeerAddress): XlAddress {
  if (address.transport === 'ssh' || address.transport === 'fd') return address;
  throw new VmToolsError({
    code: 'XFR_ENDPOINT_TRANSPORT',
    kind: 'usage',
    message: `${formatPeerAddress(address)}: xl is reached by ssh`,
    hint: 'write ssh://HOST, or ssh://HOST/PATH/TO/xl',
  });
}

/**
 * Starts `xl migrate-receive` on another host.
 *
 * @throws VmToolsError XFR_SSH, XFR_PEER_SILENT, XFR_DESCRIPTOR, INTERRUPTED
 */
export async function connectXl(
  address: XlAddress,
  {
    timeouts,
    ...options
  }: {
    readonly timeouts?: Partial<TransferTimeouts> | undefined;
    readonly signal?: AbortSignal | undefined;
    /** as of `connectSsh` */
    readonly ssh?: readonly string[] | undefined;
  } = {},
): Promise<Connection> {
  if (address.transport === 'fd') return descriptorConnection(address);
  const { connectMs } = { ...DEFAULT_TIMEOUTS, ...timeouts };
  return connectSsh(address, { ...options, connectMs, remote: `${programOf(address)} migrate-receive` });
}

/** xl, unless the address says where it is: xfrd is what an address without a program stands for. */
function programOf({ program }: SshAddress): string {
  return program === 'xfrd' ? 'xl' : program;
}
