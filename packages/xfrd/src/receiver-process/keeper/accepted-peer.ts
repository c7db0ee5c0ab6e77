import { isIP } from 'node:net';
import { parsePeerAddress } from '@vm-tools/libxfr';
import { formatPeerAddress, type PeerAddress } from '@vm-tools/libxfr/transport';

/** Of a connection that cannot be made again; a call to it fails with that. */
const NOWHERE = 'fd://0';

/**
 * The address at which the peer of a transfer is called again, made by the keeper out of the receiver's facts about an
 * accepted connection. Such a connection has a numeric address, or has come through a socket of this host. The keeper,
 * which has rights, calls nothing else that the receiver may name: no other socket, no command for ssh, no name that
 * may resolve to another host.
 *
 * @param own the unix sockets at which this host listens
 */
export function acceptedPeer(said: string, own: readonly string[]): string {
  if (own.includes(said)) return said;
  const address = parsed(said);
  const isNetwork = address?.transport === 'tls' || address?.transport === 'tcp';
  return isNetwork && isIP(address.host) !== 0 ? formatPeerAddress(address) : NOWHERE;
}

function parsed(said: string): PeerAddress | undefined {
  try {
    return parsePeerAddress(said);
  } catch {
    return undefined;
  }
}
