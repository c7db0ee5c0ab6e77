import { VmToolsError } from '@vm-tools/errors';
import type { Reconnect } from '../options.ts';
import { connectPeer, type ConnectOptions } from '../transport/connect-peer.ts';
import { isXl } from '../transport/xl.ts';
import { DEFAULT_PORT } from '../transport/endpoint.ts';
import { parsePeerAddress, type PeerAddress } from '../transport/peer-address.ts';

/**
 * Reaches the other end of a transfer by what its journal says. A target is at the address that was called. A source
 * has called from a port that is gone with it, but the receiver on its host has its journals and can answer. A transfer
 * that was allowed in the clear is asked about in the clear.
 *
 * @param options `port`: on which other hosts receive guests. @default 8002
 */
export function reconnectPeer({
  port = DEFAULT_PORT,
  ...options
}: Pick<ConnectOptions, 'tls' | 'timeouts'> & { readonly port?: number }): Reconnect {
  return async ({ role, peer }, signal) => {
    if (isXl(peer)) throw cannotBeAsked(peer);
    const called = parsePeerAddress(peer);
    const address = role === 'source' ? called : receiverBeside(called, port);
    if (address.transport === 'fd') throw noWayBack(peer);
    return connectPeer(address, { ...options, insecure: true, signal });
  };
}

function receiverBeside(source: PeerAddress, port: number): PeerAddress {
  return source.transport === 'tls' || source.transport === 'tcp' ? { ...source, port } : source;
}

/** xl keeps nothing of a migration, and has no command that tells. */
function cannotBeAsked(peer: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_UNREACHABLE',
    kind: 'peer',
    message: `${peer} has only xl, which cannot be asked about a migration`,
    hint: 'find out where the guest runs (xl list there), and say it with --owner',
    details: { peer },
  });
}

/** The numbers mean something else in every process. */
function noWayBack(peer: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_UNREACHABLE',
    kind: 'peer',
    message: `${peer} was a connection that the caller had made, and cannot be made again`,
    hint: 'on the other host, which can perhaps reach this one, run vm-migrate resolve; or find out where the guest runs, and say it with --owner',
    details: { peer },
  });
}
