import { loadLibc, type Libc } from '@vm-tools/libc';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { heldLock, type FileLock } from './held-lock.ts';
import { describeHolder, type Holder } from './holder.ts';
import { lockFailed, lockTimeout } from './lock-error.ts';
import { poll } from './poll.ts';
import { readHolder } from './read-holder.ts';

/** The content of a lock's file. */
export interface TryLockOptions {
  /**
   * Is written into the file, for processes that find it locked. @default nothing: the file is another program's, too
   */
  readonly holder?: Holder;
}

/** How long a lock is waited for, ms. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The content of a lock's file, and how long the lock is waited for, ms. */
export interface LockOptions extends TryLockOptions, WaitOptions {}

/** Node opens every file with O_CLOEXEC, so no child of this process keeps the lock. */
const OPEN_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * Takes the lock as libxl takes its own (libxl__lock_file): flock on a file that its holder unlinks before it lets go,
 * so that the lock counts only when the file is still the one at that path.
 *
 * @returns undefined when it is taken, by this process or another one
 * @throws LOCK_FAILED
 */
export async function tryLock(path: string, { holder }: TryLockOptions = {}): Promise<FileLock | undefined> {
  const libc = await loadLibc();
  try {
    return take(libc, path, holder);
  } catch (thrown) {
    throw lockFailed(path, thrown);
  }
}

/**
 * The same, and waits for it.
 *
 * @throws LOCK_TIMEOUT with `details.holder`; LOCK_FAILED; INTERRUPTED
 */
export async function lock(path: string, options: LockOptions): Promise<FileLock> {
  const { timeoutMs, signal } = options;
  const taken = await poll(() => tryLock(path, options), { timeoutMs, signal, doing: `waiting for ${path}` });
  if (taken !== undefined) return taken;
  const holder = await readHolder(path);
  throw lockTimeout(path, timeoutMs, describeHolder(holder), { holder });
}

/** Without a pause between its calls, so that a process that finds it locked finds its holder, too. */
function take(libc: Libc, path: string, holder: Holder | undefined): FileLock | undefined {
  while (true) {
    const fd = openSync(path, OPEN_FLAGS, 0o600);
    let isHeld = false;
    try {
      if (!libc.flock(fd, 'exclusive')) return undefined;
      if (!isAt(path, fd)) continue;
      if (holder !== undefined) writeHolder(fd, holder);
      isHeld = true;
      return heldLock(path, () => release(path, fd));
    } finally {
      if (!isHeld) closeSync(fd);
    }
  }
}

function isAt(path: string, fd: number): boolean {
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  const ours = fstatSync(fd, { bigint: true });
  return there !== undefined && there.dev === ours.dev && there.ino === ours.ino;
}

function writeHolder(fd: number, holder: Holder): void {
  const text = Buffer.from(`${JSON.stringify(holder)}\n`);
  ftruncateSync(fd, 0);
  writeSync(fd, text, 0, text.length, 0);
}

/** Unlinked first: closed before, it could be locked by the next holder, and then lost. */
function release(path: string, fd: number): void {
  try {
    unlinkSync(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw lockFailed(path, thrown);
  } finally {
    closeSync(fd);
  }
}
