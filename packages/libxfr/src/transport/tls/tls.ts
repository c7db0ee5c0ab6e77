import type { X509Certificate } from 'node:crypto';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { VmToolsError, messageOf } from '@vm-tools/errors';
import type { Connection } from '../../protocol/connection.ts';
import { connectionLost } from '../../protocol/pull-reader.ts';

/**
 * TLS 1.3 and nothing older, and a certificate from both ends. OpenSSL makes sure that the peer has the key of what it
 * shows; whether it is a known peer is for `checkPeer` to say, because hosts that know each other by their keys need no
 * authority.
 */
export interface TlsOptions {
  /** of this host, PEM; read again for each connection, so that they can be replaced */
  readonly credentials: TlsCredentials;
  /**
   * Returns the name of the peer; an error refuses the connection, and the peer is told. With `details.isStranger` it
   * is told no more than any other stranger, whatever it shows and calls itself; `details.fingerprint` and
   * `details.claimed` (or `name`) are what it has shown.
   */
  readonly checkPeer: (presented: PresentedPeer) => string | Promise<string>;
}

/** The key and the certificate of this end, in PEM. */
export interface TlsCredentials {
  readonly key: string;
  readonly cert: string;
  /** authorities that may vouch for a peer. @default none */
  readonly ca?: readonly string[];
}

/** The facts about a peer before `checkPeer` has named it. */
export interface PresentedPeer {
  /** undefined when it shows none */
  readonly certificate: X509Certificate | undefined;
  /** OpenSSL's word for why none of `ca` vouches for it; undefined when one does */
  readonly chainError: string | undefined;
  /** how this side called it; undefined when it has called this side */
  readonly host: string | undefined;
  /** where it is: "10.0.0.2:4711" */
  readonly address: string;
}

/** A connection of which both ends have proved who they are. */
export interface TlsConnection extends Connection {
  /** as `checkPeer` has said */
  readonly who: string;
}

/** The parameters of node:tls at both ends. The chain is judged by `checkPeer`, not by node. */
export function tlsParameters({
  key,
  cert,
  ca = [],
}: TlsCredentials): SecureContextOptions & { readonly rejectUnauthorized: false } {
  // Without a `ca` node would take those of the web.
  return { key, cert, ca: [...ca], minVersion: 'TLSv1.3', rejectUnauthorized: false };
}

const OLDER = ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'];
const PLAIN = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST'];
const LOST = ['ECONNRESET', 'EPIPE'];

/** A handshake that has failed: XFR_TLS_VERSION, XFR_TLS_PLAIN, XFR_CONNECTION_LOST, XFR_TLS (peer). */
export function handshakeError(thrown: unknown, address: string): VmToolsError {
  const { code = '' } = thrown as NodeJS.ErrnoException;
  if (PLAIN.includes(code)) return speaksPlain(address);
  if (LOST.includes(code)) return connectionLost(address, 'in the middle of the TLS handshake', thrown);
  const isOlder = OLDER.includes(code);
  return new VmToolsError({
    code: isOlder ? 'XFR_TLS_VERSION' : 'XFR_TLS',
    kind: 'peer',
    message: isOlder
      ? `${address} speaks TLS older than 1.3`
      : `no TLS connection with ${address}: ${reasonOf(thrown)}`,
    hint: isOlder ? 'bring what runs there up to date' : 'see what its log says',
    cause: thrown,
    details: { address, reason: code },
  });
}

export function speaksPlain(address: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_TLS_PLAIN',
    kind: 'peer',
    message: `${address} does not speak TLS`,
    hint: 'use tls:// on both ends; without encryption it takes --insecure on both, and tcp://',
    details: { address },
  });
}

export const HANDSHAKE = 'come to the end of the TLS handshake';

/** Too slow, whether it says nothing or a byte now and then. */
export function tooSlow(
  address: string,
  did: string,
  limitMs: number,
): ConstructorParameters<typeof VmToolsError>[0] {
  return {
    code: 'XFR_PEER_SILENT',
    kind: 'timeout',
    message: `${address} did not ${did} in ${limitMs} ms`,
    hint: `see whether ${address} is up and what its log says`,
    details: { peer: address },
  };
}

/** OpenSSL's sentence without the numbers around it. */
function reasonOf(thrown: unknown): string {
  return (thrown as { reason?: string }).reason ?? messageOf(thrown);
}

/** An error that node keeps as text; without one the certificate was vouched for. */
export function chainError({ authorized, authorizationError }: TLSSocket): string | undefined {
  return authorized ? undefined : String(authorizationError);
}
