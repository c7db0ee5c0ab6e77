import { messageOf, VmToolsError } from '@vm-tools/errors';

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * The failure of a stream of ours, as an error: its disk is full, or its reader has gone.
 *
 * @param what could not be written, e.g. "the result"
 */
export function outputLost(thrown: unknown, what = 'the result'): VmToolsError {
  const { code: errno = '' } = thrown as NodeJS.ErrnoException;
  const isFull = DISK_FULL.has(errno);
  return new VmToolsError({
    code: 'OUTPUT_LOST',
    kind: isFull ? 'resource' : 'failure',
    message: `${what} could not be written: ${messageOf(thrown)}`,
    hint: isFull
      ? 'make room there, or write it to another place'
      : 'see why what reads it has ended, then try again',
    cause: thrown,
    details: { errno },
  });
}

/** Whether the reader is gone: `| head -1` has had enough. */
export function isReaderGone({ details }: VmToolsError): boolean {
  return details['errno'] === 'EPIPE';
}
