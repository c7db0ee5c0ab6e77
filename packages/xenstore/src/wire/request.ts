import { protocolError, refused } from '../errors.ts';
import { MAX_PAYLOAD_BYTES, type RequestName } from './message.ts';

/** Sends one request and gives the payload of its reply. */
export type Request = (
  name: RequestName,
  parts: readonly Uint8Array[],
  options?: RequestOptions,
) => Promise<Buffer>;

export interface RequestOptions {
  /** @default 0: outside of any transaction */
  readonly transactionId?: number | undefined;
  /** The path that errors name. */
  readonly path?: string | undefined;
}

/** @throws VmToolsError XENSTORE_E2BIG when the parts together are more than a message can hold */
export function joinPayload(
  name: RequestName,
  parts: readonly Uint8Array[],
  path: string | undefined,
): Buffer {
  const payload = Buffer.concat(parts);
  if (payload.length <= MAX_PAYLOAD_BYTES) return payload;
  throw refused(name, 'E2BIG', path).with({
    message: `${name}${path === undefined ? '' : ` of ${path}`} takes ${payload.length} bytes, xenstore takes ${MAX_PAYLOAD_BYTES} at most`,
    hint: 'split the text over several nodes: a node holds a short one',
    details: { bytes: payload.length },
  });
}

/**
 * Refuses what would not arrive as it was meant: a NUL would end the path in its middle, and a relative path is taken
 * relative to something else on every connection. All else about paths is for xenstored to judge.
 *
 * @throws VmToolsError XENSTORE_EINVAL
 */
export function checkPath(name: RequestName, path: string): void {
  if (/^[/@][^\0]*$/.test(path)) return;
  throw refused(name, 'EINVAL', path).with({ hint: 'begin the path with a slash' });
}

/** @throws VmToolsError XENSTORE_PROTOCOL */
export function readErrno(payload: Buffer): string {
  const errno = payload.toString('latin1').replace(/\0$/, '');
  if (/^E[A-Z0-9]{1,20}$/.test(errno)) return errno;
  throw protocolError('an error of xenstored has no name of an errno in it');
}
