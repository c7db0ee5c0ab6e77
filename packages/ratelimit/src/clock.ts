import { setTimeout as delay } from 'node:timers/promises';
import { throwIfAborted, abortError } from '@vm-tools/errors';

/** Time as a parameter, so that no test has to wait for it. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with `INTERRUPTED`, and only then, when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Timers of Node hold a signed 32-bit number; one that is set for longer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    throwIfAborted(signal, 'sleeping');
    try {
      for (let left = ms; left > 0; left -= LONGEST_TIMER_MS) {
        await delay(Math.min(left, LONGEST_TIMER_MS), undefined, signal && { signal });
      }
    } catch (error) {
      throw signal?.aborted ? abortError(signal, 'sleeping') : error;
    }
  },
};
