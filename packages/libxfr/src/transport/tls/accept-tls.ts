import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { abortError, within } from '@vm-tools/errors';
import type { Connection } from '../../protocol/connection.ts';
import { connectionLost } from '../../protocol/pull-reader.ts';
import { asVmToolsError } from '../../protocol/remote-error.ts';
import type { TransferTimeouts } from '../../protocol/timeouts.ts';
import { refuse } from '../refuse.ts';
import { tcpConnection } from '../tcp.ts';
import {
  HANDSHAKE,
  chainError,
  handshakeError,
  speaksPlain,
  tlsParameters,
  tooSlow,
  type TlsConnection,
  type TlsOptions,
} from './tls.ts';

/** The first byte of a TLS handshake. */
const HANDSHAKE_RECORD = 0x16;

/**
 * Makes a TLS connection with a known peer of a socket that has been accepted. A refused caller is told why, in TLS
 * when it speaks it; the socket is closed when this rejects.
 *
 * @throws VmToolsError
 *   XFR_TLS_PLAIN, XFR_TLS_VERSION, XFR_TLS, XFR_CONNECTION_LOST (peer); XFR_PEER_SILENT (timeout); INTERRUPTED;
 *   and whatever `checkPeer` rejects with
 */
export async function acceptTls(
  socket: Socket,
  tls: TlsOptions,
  { timeouts, signal }: { readonly timeouts: TransferTimeouts; readonly signal?: AbortSignal | undefined },
): Promise<TlsConnection> {
  const plain = tcpConnection(socket);
  const { peer: address } = plain;
  const { firstByteMs, handshakeMs } = timeouts;
  /** the connection that can carry the refusal, once TLS is up */
  let told: Connection | undefined;
  const handshake = async (): Promise<TlsConnection> => {
    const isTls = startsWithTls(socket, address);
    if (!(await within(isTls, firstByteMs, tooSlow(address, 'say anything', firstByteMs)))) {
      told = plain;
      throw speaksPlain(address);
    }
    const secure = await secured(socket, tls).catch((thrown: unknown) => {
      throw handshakeError(thrown, address);
    });
    told = { stream: secure, peer: address, address: `tls://${address}`, isConfidential: true };
    const certificate = secure.getPeerX509Certificate();
    const who = await tls.checkPeer({
      certificate,
      chainError: chainError(secure),
      host: undefined,
      address,
    });
    return { ...told, who };
  };
  // Between here and the first read no other listener would get an error, and an unheard one ends the process.
  socket.on('error', () => undefined);
  try {
    return await within(handshake(), handshakeMs, tooSlow(address, HANDSHAKE, handshakeMs), signal);
  } catch (thrown) {
    const failure = signal?.aborted ? abortError(signal, `talking to ${address}`) : asVmToolsError(thrown);
    if (told !== undefined) await refuse(told, failure, timeouts);
    socket.destroy();
    throw failure;
  }
}

/** Looks at the first byte and puts it back. */
async function startsWithTls(socket: Socket, address: string): Promise<boolean> {
  await Promise.race([once(socket, 'readable'), once(socket, 'close')]).catch(() => undefined);
  const first = socket.read(1) as Buffer | null;
  if (first === null) throw connectionLost(address, 'before it said anything', socket.errored ?? undefined);
  socket.unshift(first);
  return first[0] === HANDSHAKE_RECORD;
}

/** A server of its own for each connection: so its events are about this one, and cost a quarter of a millisecond. */
async function secured(socket: Socket, { credentials }: TlsOptions): Promise<TLSSocket> {
  const server = createServer({ ...tlsParameters(credentials), requestCert: true });
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  server.once('secureConnection', resolve).once('tlsClientError', reject);
  server.emit('connection', socket);
  const secure = await promise;
  return secure.on('error', () => undefined);
}
