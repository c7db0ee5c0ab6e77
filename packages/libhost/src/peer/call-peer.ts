import {
  connectPeer,
  parsePeerAddress,
  type Connect,
  type Offer,
  type Reconnect,
  type TransferTimeouts,
} from '@vm-tools/libxfr';
import { reconnectPeer } from '@vm-tools/libxfr/recovery';
import { notSecure, type PeerAddress } from '@vm-tools/libxfr/transport';
import { Trust, trustFolder } from '@vm-tools/trust';
import { explainSameHost } from './this-host.ts';

interface Host {
  readonly root: string;
}

/**
 * The address to which the command line sends the domain.
 *
 * @throws VmToolsError of kind usage: XFR_INSECURE for tcp:// without --insecure, XFR_ENDPOINT_SYNTAX,
 *   XFR_ENDPOINT_TRANSPORT
 */
export function peerAddress({
  endpoint,
  insecure = false,
}: {
  readonly endpoint: string;
  readonly insecure?: boolean | undefined;
}): PeerAddress {
  const address = parsePeerAddress(endpoint);
  if (address.transport === 'tcp' && !insecure) throw notSecure(address);
  return address;
}

/**
 * Calls the host that the domain is to go to, and makes sure that it is one that it may go to.
 *
 * @param address as `peerAddress` has let it pass
 */
export function callingPeer({ root }: Host, address: PeerAddress, offer: Offer): Connect {
  return async (signal) => {
    let trust: Trust | undefined;
    const tls = async (): Promise<Trust> => (trust = await Trust.open(trustFolder(root)));
    const connection = await connectPeer(address, { tls, insecure: true, signal }).catch(
      (thrown: unknown) => {
        throw explainSameHost(thrown, address);
      },
    );
    try {
      if (connection.who !== undefined) await trust?.authorise(connection.who, offer, { direction: 'to' });
    } catch (thrown) {
      connection.stream.destroy();
      throw thrown;
    }
    return connection;
  };
}

/** Calls a host that is known here, to ask it. */
export function askingPeer(
  { root }: Host,
  address: PeerAddress,
  timeouts?: Partial<TransferTimeouts>,
): Connect {
  const tls = (): Promise<Trust> => Trust.open(trustFolder(root));
  return (signal) => connectPeer(address, { tls, insecure: true, timeouts, signal });
}

/** Calls the other end of a transfer again. What was allowed when it began is not asked for once more. */
export function recallingPeer({ root }: Host): Reconnect {
  return reconnectPeer({ tls: () => Trust.open(trustFolder(root)) });
}
