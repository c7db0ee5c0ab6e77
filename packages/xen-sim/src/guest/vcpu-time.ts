import type { Clock } from '@vm-tools/ratelimit';

/** A sleep of less would not move a floating-point clock, and a sleeper would wake at the same moment for ever. */
const SHORTEST_SLEEP_MS = 0.01;

/**
 * Time as a guest's vCPUs live it. While they are paused or have shut down it stands still, and with it all sleeps;
 * a sleeper then has no timer.
 */
export class VcpuTime {
  readonly #clock: Clock;
  readonly #ranMs: () => number;
  /** Ends with the present stretch of running; undefined while they stand still. */
  #stretch: AbortController | undefined;
  #change = Promise.withResolvers<unknown>();
  #isOver = false;

  /** @param ranMs how long the vCPUs have run so far */
  constructor(clock: Clock, ranMs: () => number) {
    this.#clock = clock;
    this.#ranMs = ranMs;
  }

  get isRunning(): boolean {
    return this.#stretch !== undefined;
  }

  start(): void {
    if (this.#isOver || this.#stretch !== undefined) return;
    this.#stretch = new AbortController();
    this.#change.resolve(undefined);
  }

  stop(): void {
    if (this.#stretch === undefined) return;
    this.#stretch.abort();
    this.#stretch = undefined;
    this.#change = Promise.withResolvers();
  }

  /** It will never run again: all sleepers end. */
  end(): void {
    this.stop();
    this.#isOver = true;
    this.#change.resolve(undefined);
  }

  /** Waits until the vCPUs run. @returns false when they never will */
  async running(): Promise<boolean> {
    while (this.#stretch === undefined) {
      if (this.#isOver) return false;
      await this.#change.promise;
    }
    return true;
  }

  /**
   * Waits until they have run for `ms`, and run.
   *
   * @param act called in this very moment: code that awaits the promise goes on a little later, and a domain can
   *   be paused or destroyed in between
   * @returns false when they never will
   */
  async sleep(ms: number, act?: () => void): Promise<boolean> {
    const end = this.#ranMs() + ms;
    do {
      for (let stretch = this.#stretch; stretch !== undefined; stretch = this.#stretch) {
        const leftMs = end - this.#ranMs();
        if (leftMs <= 0) {
          act?.();
          return true;
        }
        const sleep = this.#clock.sleep(Math.max(leftMs, SHORTEST_SLEEP_MS), stretch.signal);
        await sleep.catch(() => undefined); // stop() cut it short
      }
    } while (await this.running());
    return false;
  }
}
