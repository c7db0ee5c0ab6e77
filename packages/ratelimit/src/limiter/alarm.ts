import type { Clock } from '../clock/clock.ts';

/** At most one sleep at a time, for a caller that may wake up too early but not too late. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #sleep: AbortController | undefined;
  #at = Infinity;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `at` (ms) or before; a sleep that ends earlier is left alone. Infinity turns it off. */
  set(at: number): void {
    if (at !== Infinity && this.#at <= at) return;
    this.#sleep?.abort();
    this.#sleep = undefined;
    this.#at = at;
    if (at === Infinity) return;
    const sleep = new AbortController();
    this.#sleep = sleep;
    this.#clock.sleep(Math.ceil(at - this.#clock.now()), sleep.signal).then(
      () => {
        if (sleep.signal.aborted) return; // turned off when its time was already up
        this.#at = Infinity;
        this.#ring();
      },
      () => undefined, // aborted
    );
  }
}
