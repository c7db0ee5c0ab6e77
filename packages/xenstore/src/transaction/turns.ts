import { setTimeout as delay } from 'node:timers/promises';

/** Longer than hundreds of transactions take on a busy host. What waits for itself, one inside the other, goes on then. */
const WAIT_LIMIT_MS = 120_000;

/** One after the other, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves when those before are done, when they take too long, or when the signal fires. Dispose of it when done. */
  async take(signal?: AbortSignal): Promise<Disposable> {
    const before = this.#last;
    const { promise: done, resolve } = Promise.withResolvers<undefined>();
    this.#last = before.then(() => done);
    const over = new AbortController();
    const ends = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
    await Promise.race([before, delay(WAIT_LIMIT_MS, undefined, { signal: ends }).catch(() => undefined)]);
    over.abort();
    return { [Symbol.dispose]: () => resolve(undefined) };
  }
}
