import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';

/** Milliseconds of each on the machine by which the limits were chosen, while nothing else ran. */
const STARTS_MS = 120;
const WORK_MS = 35;

/**
 * Measures how many times slower this machine is now than the one by which the limits of tests were chosen: at
 * starting processes, or at computing, whichever is worse. Takes a fifth of a second there. At least 1.
 */
export function measureSlowness(): number {
  const starts = elapsedMs(() => {
    for (let count = 0; count < 3; count++) spawnSync(process.execPath, ['-e', '0']);
  });
  const work = elapsedMs(() =>
    createHash('sha256')
      .update(Buffer.alloc(2 ** 25))
      .digest(),
  );
  return Math.max(1, starts / STARTS_MS, work / WORK_MS);
}

function elapsedMs(work: () => unknown): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}
