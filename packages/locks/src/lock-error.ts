import { messageOf, VmToolsError } from '@vm-tools/errors';

/** A file system that does not let us. */
export function lockFailed(path: string, cause: unknown): VmToolsError {
  if (cause instanceof VmToolsError) return cause;
  return new VmToolsError({
    code: 'LOCK_FAILED',
    message: `cannot lock ${path}: ${messageOf(cause)}`,
    hint: 'run it as the user to whom the folder belongs (root on a Xen host), and check the folder and its disk',
    cause,
    details: { path, errno: (cause as NodeJS.ErrnoException).code },
  });
}

/**
 * Another process held it all the time.
 *
 * @param who a clause, e.g. "the process 12 holds it"
 */
export function lockTimeout(
  path: string,
  timeoutMs: number,
  who: string,
  details: Readonly<Record<string, unknown>>,
): VmToolsError {
  return new VmToolsError({
    code: 'LOCK_TIMEOUT',
    kind: 'timeout',
    message: `${path} is still locked after ${timeoutMs / 1000} s: ${who}`,
    hint: 'wait for its holder, or see what it waits for',
    details: { path, timeoutMs, ...details },
  });
}
