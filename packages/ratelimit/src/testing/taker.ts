import type { Limiter } from '../limiter/limiter.ts';

/** A caller that always wants more, slice after slice, as a stream does. */
export class Taker {
  bytes = 0;
  readonly #abort = new AbortController();

  /**
   * @param sliceSize called for each slice
   * @param beforeNext the time that it needs to send one. @default none
   */
  constructor(limiter: Limiter, sliceSize: () => number, beforeNext?: () => Promise<unknown>) {
    void this.#run(limiter, sliceSize, beforeNext);
  }

  stop(): void {
    this.#abort.abort();
  }

  async #run(limiter: Limiter, sliceSize: () => number, beforeNext?: () => Promise<unknown>): Promise<void> {
    try {
      for (;;) {
        const bytes = sliceSize();
        await limiter.take(bytes, this.#abort.signal);
        this.bytes += bytes;
        await beforeNext?.();
      }
    } catch {
      // stopped
    }
  }
}
