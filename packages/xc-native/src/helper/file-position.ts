import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 200;

/**
 * Tells how a file of another process moves on: libxc reads an image without a word about it, and the kernel knows
 * where it stands. What cannot be seen is not told.
 */
export async function followPosition(
  pid: number,
  fd: number,
  { onMoved, until }: { readonly onMoved: (bytes: number) => void; readonly until: Promise<unknown> },
): Promise<void> {
  const ended = until.then(
    () => true,
    () => true,
  );
  let at = await positionOf(pid, fd);
  while (at !== undefined && !(await Promise.race([ended, delay(LOOK_EVERY_MS, false, { ref: false })]))) {
    const now = await positionOf(pid, fd);
    if (now !== undefined && now > at) onMoved(now - at);
    at = now;
  }
}

async function positionOf(pid: number, fd: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/fdinfo/${fd}`, 'utf8').catch(() => '');
  const found = /^pos:\s*(\d+)/m.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
