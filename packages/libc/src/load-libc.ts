import { messageOf, VmToolsError } from '@vm-tools/errors';
import { constants } from 'node:os';
import { loadKoffi, type Koffi } from './koffi.ts';
import { ptyCalls, type PtyCalls } from './pty-calls.ts';
import { decodeFlock, encodeFlock, LOCK_TYPE } from './struct-flock.ts';

/** flock(2): one owner, or none any more. */
export type FlockMode = 'exclusive' | 'unlock';

/** The process that holds a record lock. */
export interface RecordLockOwner {
  /** undefined for an owner that is a description of an open file, which belongs to no one process */
  readonly pid: number | undefined;
}

/** All calls are made on the spot and never wait. */
export interface Libc extends PtyCalls {
  /**
   * Locks the whole file for this description of it, until that is closed: by kill -9, too.
   *
   * @returns false when another description of the file has the lock
   * @throws an error of the system, with its `code`
   */
  readonly flock: (fd: number, mode: FlockMode) => boolean;
  /**
   * Locks all of the file for writing, against POSIX locks of other processes (fcntl, lockf), too. The owner is the
   * description of the open file: unlike with a POSIX lock, a second open file of this process does not share it, and
   * closing one does not give it away.
   *
   * @param fd open for writing
   * @returns false when another one has a lock on a part of it
   * @throws an error of the system, with its `code`
   */
  readonly lockRecord: (fd: number) => boolean;
  /**
   * The process that would keep `lockRecord` from its lock; undefined when there is none.
   *
   * @throws an error of the system, with its `code`
   */
  readonly recordLockOwner: (fd: number) => RecordLockOwner | undefined;
  /**
   * Whether the reader of this pipe or socket is gone (poll): a pipe by itself says so to a write, and to nothing else.
   *
   * @throws an error of the system, with its `code`
   */
  readonly isHungUp: (fd: number) => boolean;
  /**
   * Makes room for so many bytes in a pipe (fcntl), so that its two ends wake each other less often.
   *
   * @returns whether the kernel allows it: to root always, to others up to /proc/sys/fs/pipe-max-size
   */
  readonly growPipe: (fd: number, bytes: number) => boolean;
  /**
   * Each write of a process to a regular file fails with EFBIG from now on, wherever it stands in the file; the process
   * must outlive SIGXFSZ (prlimit).
   *
   * @throws an error of the system, with its `code`
   */
  readonly forbidFileWrites: (pid: number) => void;
  /**
   * Gives back the room of these bytes of a file, which read as zeros from now on; its length stays (fallocate). It is
   * called on another thread: the disk may have to be waited for.
   *
   * @throws an error of the system; whatever has failed, its `code` is EOPNOTSUPP
   */
  readonly punchHole: (fd: number, position: number, bytes: number) => Promise<void>;
  /**
   * No process that is started from now on inherits what this one has open at this moment, but for what it is given:
   * node opens its own files so, but not those that this process was started with, nor those of its libraries.
   *
   * @throws an error of the system, with its `code`
   */
  readonly closeOnExec: () => void;
}

/** linux/falloc.h: FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE */
const PUNCH_HOLE = 0x02 | 0x01;
/** asm-generic/resource.h */
const RLIMIT_FSIZE = 1;
/** struct rlimit: two unsigned longs, both 0 */
const NOTHING_MORE = new Uint8Array(16);
/** asm-generic/fcntl.h, the same on x86-64 and arm64. */
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_SETPIPE_SZ = 1031;
/** linux/close_range.h; what is below are stdin, stdout and stderr. */
const CLOSE_RANGE_CLOEXEC = 4;
const FIRST_FD = 3;
const LAST_FD = 2 ** 32 - 1;

/** asm-generic/poll.h: what poll tells besides what it was asked for. */
const POLLERR = 0x8;
const POLLHUP = 0x10;
/** struct pollfd: int fd, short events, short revents. */
const POLLFD = { bytes: 8, fd: 0, revents: 6 } as const;

let loaded: Promise<Libc> | undefined;

/**
 * The C library that this process runs with, whichever it is.
 *
 * @throws VmToolsError LIBC_MISSING when koffi cannot be loaded
 */
export async function loadLibc(): Promise<Libc> {
  return (loaded ??= bind());
}

async function bind(): Promise<Libc> {
  const koffi = await importKoffi();
  const library = koffi.load(null);
  const flock = library.func('flock', 'int', ['int', 'int']) as (fd: number, how: number) => number;
  const variadic = library.func('fcntl', 'int', ['int', 'int', '...']) as (...args: unknown[]) => number;
  const closeRange = library.func('close_range', 'int', ['uint', 'uint', 'int']) as (
    ...args: readonly number[]
  ) => number;
  const fcntl = (fd: number, command: number, lock: Buffer): number => variadic(fd, command, 'void *', lock);

  const prlimit = library.func('prlimit', 'int', ['int', 'int', 'void *', 'void *']) as (
    ...args: unknown[]
  ) => number;
  const fallocate = library.func('fallocate', 'int', ['int', 'int', 'int64', 'int64']);
  const poll = library.func('poll', 'int', ['void *', 'ulong', 'int']) as (...args: unknown[]) => number;

  /** @returns false when it would have to wait */
  const locks = (call: string, result: number): boolean => {
    if (result === 0) return true;
    const errno = koffi.errno();
    if (errno === constants.errno.EAGAIN || errno === constants.errno.EACCES) return false;
    throw systemError(call, errno);
  };
  return {
    flock: (fd, mode) => locks('flock', flock(fd, mode === 'unlock' ? LOCK_UN : LOCK_EX | LOCK_NB)),
    lockRecord: (fd) => locks('fcntl', fcntl(fd, F_OFD_SETLK, encodeFlock(LOCK_TYPE.write))),
    recordLockOwner: (fd) => {
      const asked = encodeFlock(LOCK_TYPE.write);
      if (fcntl(fd, F_OFD_GETLK, asked) !== 0) throw systemError('fcntl', koffi.errno());
      const { type, pid } = decodeFlock(asked);
      if (type === LOCK_TYPE.unlock) return undefined;
      return { pid: pid > 0 ? pid : undefined };
    },
    isHungUp: (fd) => {
      const asked = Buffer.alloc(POLLFD.bytes);
      asked.writeInt32LE(fd, POLLFD.fd);
      if (poll(asked, 1, 0) < 0) throw systemError('poll', koffi.errno());
      return (asked.readInt16LE(POLLFD.revents) & (POLLERR | POLLHUP)) !== 0;
    },
    growPipe: (fd, bytes) => variadic(fd, F_SETPIPE_SZ, 'int', bytes) >= bytes,
    forbidFileWrites: (pid) => {
      if (prlimit(pid, RLIMIT_FSIZE, NOTHING_MORE, null) !== 0) throw systemError('prlimit', koffi.errno());
    },
    punchHole: (fd, position, bytes) =>
      new Promise((resolve, reject) => {
        fallocate.async(fd, PUNCH_HOLE, position, bytes, (error: unknown, result: number) => {
          // The errno of another thread is not seen from here.
          if (error === null && result === 0) resolve();
          else reject((error as Error | null) ?? systemError('fallocate', constants.errno.EOPNOTSUPP));
        });
      }),
    closeOnExec: () => {
      if (closeRange(FIRST_FD, LAST_FD, CLOSE_RANGE_CLOEXEC) !== 0)
        throw systemError('close_range', koffi.errno());
    },
    ...ptyCalls(library, (call) => systemError(call, koffi.errno())),
  };
}

async function importKoffi(): Promise<Koffi> {
  try {
    return await loadKoffi();
  } catch (cause) {
    throw new VmToolsError({
      code: 'LIBC_MISSING',
      message: `the C library cannot be called: ${messageOf(cause)}`,
      hint: 'reinstall vm-tools: koffi and @koromix belong beside it in node_modules',
      cause,
    });
  }
}

/** As Node's own calls fail. */
function systemError(call: string, errno: number): NodeJS.ErrnoException {
  const [code = `errno ${errno}`] =
    Object.entries(constants.errno).find(([, number]) => number === errno) ?? [];
  return Object.assign(new Error(`${call} failed: ${code}`), { code, errno: -errno, syscall: call });
}
