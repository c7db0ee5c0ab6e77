import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { connect } from 'node:tls';
import {
  abortError,
  messageOf,
  throwIfAborted,
  VmToolsError,
  within,
  type VmToolsErrorInit,
} from '@vm-tools/errors';
import { fingerprintOf } from '../fingerprint.ts';
import { claimedName } from '../name.ts';

/** A host that answers at an address, by nothing but its own word. */
export interface PeekedPeer {
  readonly fingerprint: string;
  /** the name it gives itself, if it is a name for a peer */
  readonly name: string | undefined;
  readonly validTo: Date;
}

/**
 * Asks a host for its certificate and hangs up: the operator has to compare the fingerprint with what `xfrd
 * fingerprint` shows there before it is trusted.
 *
 * @throws VmToolsError XFR_UNREACHABLE, XFR_PEEK (no TLS 1.3 there) (peer); INTERRUPTED
 */
export async function peekFingerprint(
  { host, port }: { readonly host: string; readonly port: number },
  { limitMs = 10_000, signal }: { readonly limitMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<PeekedPeer> {
  const address = isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  const what = `asking ${address} for its certificate`;
  throwIfAborted(signal, what);
  // Nothing is trusted here and nothing is sent: the certificate is only looked at.
  const socket = connect({ host, port, minVersion: 'TLSv1.3', rejectUnauthorized: false });
  socket.on('error', () => undefined); // each of the two waits gets its own
  const until = (event: string): Promise<unknown> =>
    within(once(socket, event), limitMs, { code: 'XFR_LATE', message: `no answer in ${limitMs} ms` }, signal);
  const failure = (
    thrown: unknown,
    told: Pick<VmToolsErrorInit, 'code' | 'message' | 'hint'>,
  ): VmToolsError => {
    if (signal?.aborted) return abortError(signal, what);
    const errno = (thrown as NodeJS.ErrnoException).code;
    return new VmToolsError({ ...told, kind: 'peer', cause: thrown, details: { host, port, errno } });
  };
  try {
    await until('connect').catch((thrown: unknown) => {
      throw failure(thrown, {
        code: 'XFR_UNREACHABLE',
        message: `cannot connect to ${address}: ${messageOf(thrown)}`,
        hint: `start xfrd on ${host}, or give the port that it listens on`,
      });
    });
    await until('secureConnect').catch((thrown: unknown) => {
      throw failure(thrown, {
        code: 'XFR_PEEK',
        message: `${address} does not show its identity: ${messageOf(thrown)}`,
        hint: 'check the port: something else than xfrd answers there, or an xfrd without TLS',
      });
    });
    // A server without a certificate cannot come to the end of a handshake.
    const certificate = socket.getPeerX509Certificate() as X509Certificate;
    const { validToDate: validTo } = certificate;
    return { fingerprint: fingerprintOf(certificate), name: claimedName(certificate), validTo };
  } finally {
    socket.destroy();
  }
}
