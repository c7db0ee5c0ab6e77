import { isIP } from 'node:net';
import { parsePeerAddress } from '@vm-tools/libxfr';
import { formatPeerAddress, type PeerAddress } from '@vm-tools/libxfr/transport';

/** Of a connection that cannot be made again; whoever is told to call it says so. */
const NOWHERE = 'fd://0';

/**
 * Where the peer of a transfer is called again, made anew out of what the receiver says of a connection that it has
 * accepted. Such a one has a numeric address, or has come through a socket of this host. Whatever else it says, another
 * socket, a command for ssh, a name that resolves to somebody else, is not called by anybody who has rights.
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
