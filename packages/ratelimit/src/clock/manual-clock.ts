import { setImmediate as macrotask } from 'node:timers/promises';
import { abortError, throwIfAborted } from '@vm-tools/errors';
import type { Clock } from './clock.ts';

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told to go on: for tests and simulations. */
export class ManualClock implements Clock {
  #now = 0;
  #sleepers: Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  /** How many sleeps are under way. */
  get pending(): number {
    return this.#sleepers.length;
  }

  /** Milliseconds until the next sleeper wakes up, undefined when there is none. */
  get untilNext(): number | undefined {
    const next = this.#sleepers[0];
    return next && Math.max(0, next.wakeAt - this.#now);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      throwIfAborted(signal, 'sleeping');
      const onAbort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(abortError(signal as AbortSignal, 'sleeping'));
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper: Sleeper = { wakeAt: this.#now + Math.max(0, ms), wake };
      signal?.addEventListener('abort', onAbort, { once: true });
      const later = this.#sleepers.findIndex((other) => other.wakeAt > sleeper.wakeAt);
      this.#sleepers.splice(later < 0 ? this.#sleepers.length : later, 0, sleeper);
    });
  }

  /**
   * Moves time on by `ms`. Each sleeper on the way wakes at its own moment, and whatever it sets off (promises,
   * streams) runs before time goes on: a sleeper that sleeps again within `ms` wakes again.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await macrotask();
    for (;;) {
      const [next] = this.#sleepers;
      if (next === undefined || next.wakeAt > end) break;
      this.#sleepers.shift();
      this.#now = next.wakeAt;
      next.wake();
      await macrotask();
    }
    this.#now = end;
  }
}
