import { messageOf, VmToolsError } from '@vm-tools/errors';

/** The error for a failed system call on one of our files: XFR_TRUST_FILE. */
export function fileError(thrown: unknown, doing: string, path: string): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown;
  const { code: errno } = thrown as NodeJS.ErrnoException;
  const isDenied = errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS';
  return new VmToolsError({
    code: 'XFR_TRUST_FILE',
    kind: isDenied ? 'usage' : 'failure',
    message: `cannot ${doing} ${path}: ${messageOf(thrown)}`,
    ...(isDenied ? { hint: 'run it as root, and check the owner and the mode' } : {}),
    cause: thrown,
    details: { path, errno },
  });
}

export function isMissing(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === 'ENOENT';
}
