import { loadLibc } from '@vm-tools/libc';
import { closeSync, constants, openSync } from 'node:fs';
import type { WaitOptions } from './file-lock.ts';
import { heldLock, type FileLock } from './held-lock.ts';
import { lockFailed, lockTimeout } from './lock-error.ts';
import { poll } from './poll.ts';

/**
 * Waits for the whole of a file as xl takes /var/lock/xl: a record lock, of a file that stays. It keeps out xl, which
 * has a POSIX lock there, and other tasks of this process alike.
 *
 * @throws LOCK_TIMEOUT with `details.pid`, if the kernel knows its holder; LOCK_FAILED; INTERRUPTED
 */
export async function recordLock(path: string, { timeoutMs, signal }: WaitOptions): Promise<FileLock> {
  const libc = await loadLibc();
  let fd: number | undefined;
  try {
    const opened = (fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600));
    const attempt = (): true | undefined => (libc.lockRecord(opened) ? true : undefined);
    const isTaken = await poll(attempt, { timeoutMs, signal, doing: `waiting for ${path}` });
    if (isTaken === undefined) {
      const pid = libc.recordLockOwner(opened)?.pid;
      const who = `${pid === undefined ? 'another process' : `the process ${pid}`} holds it`;
      throw lockTimeout(path, timeoutMs, who, { pid });
    }
    return heldLock(path, () => closeSync(opened));
  } catch (thrown) {
    if (fd !== undefined) closeSync(fd);
    throw lockFailed(path, thrown);
  }
}
