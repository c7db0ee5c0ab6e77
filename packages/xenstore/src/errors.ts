import { VmToolsError, type FailureKind } from '@vm-tools/errors';

/** The meanings of errno names in answers of xenstored. */
const MEANINGS: Readonly<Record<string, string>> = {
  E2BIG: 'it is too long',
  EACCES: 'permission denied',
  EAGAIN: 'another client changed what the transaction had read',
  EBUSY: 'a transaction is open',
  EEXIST: 'it exists already',
  EINVAL: 'it is not valid',
  ENOENT: 'there is no such thing',
  ENOSPC: 'a quota is used up',
  ENOSYS: 'this xenstored does not know the request',
};
const KINDS: Readonly<Record<string, FailureKind>> = { ENOMEM: 'resource', ENOSPC: 'resource' };

/** The answer of xenstored, or the one it would have given, as a typed error: XENSTORE_ and the name of the errno. */
export function refused(request: string, errno: string, path: string | undefined): VmToolsError {
  const what = path === undefined ? request : `${request} of ${path}`;
  const meaning = MEANINGS[errno];
  return new VmToolsError({
    code: `XENSTORE_${errno}`,
    kind: KINDS[errno] ?? 'failure',
    message: `xenstore refused ${what}: ${errno}${meaning === undefined ? '' : ` (${meaning})`}`,
    details: { request, errno, ...(path === undefined ? {} : { path }) },
  });
}

export function isRefusal(thrown: unknown, errno: string): boolean {
  return thrown instanceof VmToolsError && thrown.code === `XENSTORE_${errno}`;
}

/** The other side said something that is not xenstore. */
export function protocolError(message: string): VmToolsError {
  const hint = 'see what listens on the socket of xenstored';
  return new VmToolsError({ code: 'XENSTORE_PROTOCOL', kind: 'corrupt', message, hint });
}

export function closedError(cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XENSTORE_CLOSED',
    message: 'the connection to xenstored is closed',
    hint: 'see whether xenstored still runs',
    ...(cause === undefined ? {} : { cause }),
  });
}
