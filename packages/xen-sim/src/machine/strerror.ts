import type { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** The names of errno that Xen answers with. */
export type ErrnoName = keyof typeof constants.errno;

/** glibc's words where Node's are others than those with a capital. */
const WORDS: Partial<Record<ErrnoName, string>> = {
  E2BIG: 'Argument list too long',
  EAGAIN: 'Resource temporarily unavailable',
  EBADF: 'Bad file descriptor',
  EBUSY: 'Device or resource busy',
  ECANCELED: 'Operation canceled',
  EEXIST: 'File exists',
  EFAULT: 'Bad address',
  EFBIG: 'File too large',
  EINTR: 'Interrupted system call',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  EMFILE: 'Too many open files',
  ENODATA: 'No data available',
  ENODEV: 'No such device',
  ENOENT: 'No such file or directory',
  ENOMEM: 'Cannot allocate memory',
  ENOTDIR: 'Not a directory',
  ENXIO: 'No such device or address',
  EOPNOTSUPP: 'Operation not supported',
  EOVERFLOW: 'Value too large for defined data type',
  EPERM: 'Operation not permitted',
  ERANGE: 'Numerical result out of range',
  ETIMEDOUT: 'Connection timed out',
};

const NODES = new Map([...getSystemErrorMap().values()]);

/** The words of libxc's lines for an errno: they are glibc's, Node knows libuv's. */
export function strerror(errno: ErrnoName | undefined): string {
  if (errno === undefined) return 'Success';
  const text = WORDS[errno] ?? NODES.get(errno) ?? errno;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
