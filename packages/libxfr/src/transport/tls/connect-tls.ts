import { once } from 'node:events';
import type { LookupFunction } from 'node:net';
import { connect } from 'node:tls';
import { abortError, within } from '@vm-tools/errors';
import { asVmToolsError } from '../../protocol/remote-error.ts';
import { formatAddress } from '../endpoint.ts';
import { connectTcp } from '../tcp.ts';
import {
  HANDSHAKE,
  chainError,
  handshakeError,
  tlsParameters,
  tooSlow,
  type TlsConnection,
  type TlsOptions,
} from './tls.ts';

/**
 * Calls a known peer. In TLS 1.3 the handshake ends on this side before the peer has seen our certificate: when the
 * peer does not know us, it says so with its first message.
 *
 * @throws VmToolsError
 *   XFR_UNREACHABLE, XFR_TLS_PLAIN, XFR_TLS_VERSION, XFR_TLS, XFR_CONNECTION_LOST (peer); XFR_PEER_SILENT (timeout);
 *   INTERRUPTED; and whatever `checkPeer` rejects with
 */
export async function connectTls(
  { host, port }: { readonly host: string; readonly port: number },
  tls: TlsOptions,
  options: {
    readonly connectMs: number;
    readonly handshakeMs: number;
    readonly signal?: AbortSignal | undefined;
    /** @default the system's resolver */
    readonly lookup?: LookupFunction;
  },
): Promise<TlsConnection> {
  const { handshakeMs, signal } = options;
  const plain = await connectTcp({ transport: 'tcp', host, port }, options);
  const address = formatAddress(host, port);
  const checkServerIdentity = (): undefined => undefined; // names are for `checkPeer` as well
  const socket = connect({ ...tlsParameters(tls.credentials), socket: plain.stream, checkServerIdentity });
  const handshake = async (): Promise<string> => {
    await once(socket, 'secureConnect').catch((thrown: unknown) => {
      throw handshakeError(thrown, address);
    });
    // Between here and the first read no other listener would get an error, and an unheard one ends the process.
    socket.on('error', () => undefined);
    const certificate = socket.getPeerX509Certificate();
    return tls.checkPeer({ certificate, chainError: chainError(socket), host, address });
  };
  try {
    const who = await within(handshake(), handshakeMs, tooSlow(address, HANDSHAKE, handshakeMs), signal);
    return {
      stream: socket,
      peer: address,
      address: `tls://${address}`,
      isConfidential: true,
      keepsNothing: true,
      who,
    };
  } catch (thrown) {
    socket.on('error', () => undefined).destroy();
    throw signal?.aborted ? abortError(signal, `connecting to ${address}`) : asVmToolsError(thrown);
  }
}
