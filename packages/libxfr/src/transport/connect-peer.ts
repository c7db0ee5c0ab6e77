import { VmToolsError } from '@vm-tools/errors';
import type { Connection } from '../protocol/connection.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { connectTls } from './tls/connect-tls.ts';
import { descriptorConnection } from './descriptors.ts';
import { formatPeerAddress, type PeerAddress } from './peer-address.ts';
import { connectSsh } from './ssh.ts';
import { connectTcp } from './tcp.ts';
import type { TlsOptions } from './tls/tls.ts';
import { connectUnix } from './unix.ts';

/** Our identity for the peer, and how long it is waited for. */
export interface ConnectOptions {
  /** Opened when the address wants it: other transports need no identity. */
  readonly tls: () => TlsOptions | Promise<TlsOptions>;
  /** whether tcp://, which any host on the way can read and change, will do. @default false */
  readonly insecure?: boolean | undefined;
  readonly timeouts?: Partial<TransferTimeouts> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a peer, whatever the transport.
 *
 * @throws VmToolsError XFR_INSECURE of kind usage for tcp:// without `insecure`; those of `connectTcp`, `connectTls`,
 *   `connectUnix`, `connectSsh` and `descriptorConnection`
 */
export async function connectPeer(
  address: PeerAddress,
  { tls, insecure = false, timeouts, signal }: ConnectOptions,
): Promise<Connection> {
  const { connectMs, handshakeMs } = { ...DEFAULT_TIMEOUTS, ...timeouts };
  switch (address.transport) {
    case 'tls':
      return connectTls(address, await tls(), { connectMs, handshakeMs, signal });
    case 'tcp':
      if (!insecure) throw notSecure(address);
      return connectTcp(address, { connectMs, signal });
    case 'unix':
      return connectUnix(address, { connectMs, signal });
    case 'ssh':
      return connectSsh(address, { connectMs, signal });
    case 'fd':
      return descriptorConnection(address);
  }
}

/** For both ends: the caller and the listener must both have allowed it. */
export function notSecure(address: PeerAddress): VmToolsError {
  return new VmToolsError({
    code: 'XFR_INSECURE',
    kind: 'usage',
    message: `${formatPeerAddress(address)} is neither encrypted nor authenticated`,
    hint: 'use tls:// with xfrd init and xfrd trust, or say --insecure on both ends',
    details: { address: formatPeerAddress(address) },
  });
}
