import { messageOf, VmToolsError, type FailureKind } from '@vm-tools/errors';

/** Turns a failed system call on a file of ours into an error that says what to do about it. */
export function fileError(thrown: unknown, doing: string, path: string): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown;
  const errno = (thrown as NodeJS.ErrnoException).code ?? '';
  const { code, kind, hint } = MEANINGS[errno] ?? OTHERWISE;
  return new VmToolsError({
    code,
    kind,
    message: `cannot ${doing} ${path}: ${messageOf(thrown)}`,
    hint,
    cause: thrown,
    details: { path, errno },
  });
}

interface Meaning {
  readonly code: string;
  readonly kind: FailureKind;
  readonly hint: string;
}

const OTHERWISE: Meaning = {
  code: 'XFR_FILE_IO',
  kind: 'failure',
  hint: 'see what the log of the kernel says of that disk',
};
const NO_SPACE: Meaning = {
  code: 'XFR_NO_SPACE',
  kind: 'resource',
  hint: 'make room, or name a file on another file system',
};
const MISSING: Meaning = { code: 'XFR_FILE_MISSING', kind: 'usage', hint: 'check the path' };
const DENIED: Meaning = { code: 'XFR_FILE_DENIED', kind: 'usage', hint: 'check the owner and the mode' };

const READER_GONE: Meaning = {
  code: 'XFR_READER_GONE',
  kind: 'failure',
  hint: 'see why what reads the image has ended, then save again',
};
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EFBIG: NO_SPACE,
  ENOENT: MISSING,
  ENOTDIR: MISSING,
  EISDIR: { code: 'XFR_FILE_TYPE', kind: 'usage', hint: 'name a file, not a folder' },
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: DENIED,
  EPIPE: READER_GONE,
  ECONNRESET: READER_GONE,
  ERR_STREAM_PREMATURE_CLOSE: READER_GONE,
  ERR_STREAM_UNABLE_TO_PIPE: READER_GONE,
};
