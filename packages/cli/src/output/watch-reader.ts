import { loadLibc } from '@vm-tools/libc';
import { fstatSync } from 'node:fs';
import type { Writable } from 'node:stream';

const EVERY_MS = 500;

/**
 * Lets a stream into a pipe or a socket fail as soon as its reader is gone: by itself it fails at the next write only,
 * and there may be none for a long time, while a guest is waited for.
 */
export async function watchReader(stream: Writable, fd: number): Promise<void> {
  const stat = fstatSync(fd);
  if (!stat.isFIFO() && !stat.isSocket()) return;
  const { isHungUp } = await loadLibc();
  const timer = setInterval(() => {
    if (!isHungUp(fd)) return;
    clearInterval(timer);
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }));
  }, EVERY_MS).unref();
}
