/** Timers of Node hold a signed 32-bit number of ms; one that is set for longer rings at once. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * A timer for a time that a user or a caller sets, however long it is: Node's own rings at once for more than 24 days.
 *
 * @throws RangeError for what is no time at all
 */
export class Timer implements Disposable {
  readonly #ms: number;
  readonly #ring: () => void;
  #leftMs = 0;
  #timeout: NodeJS.Timeout | undefined;
  #keepsAlive = true;

  /** @param ms from now; Infinity never rings */
  constructor(ms: number, ring: () => void) {
    if (Number.isNaN(ms)) throw new RangeError('a timer needs a number of milliseconds');
    this.#ms = ms;
    this.#ring = ring;
    this.restart();
  }

  /** All of its time again, from now on. */
  restart(): void {
    clearTimeout(this.#timeout);
    this.#leftMs = this.#ms;
    this.#wait();
  }

  /** Does not keep the process alive. */
  unref(): this {
    this.#keepsAlive = false;
    this.#timeout?.unref();
    return this;
  }

  stop(): void {
    clearTimeout(this.#timeout);
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #wait(): void {
    if (this.#leftMs === Infinity) return;
    const ms = Math.min(this.#leftMs, LONGEST_MS);
    this.#leftMs -= ms;
    this.#timeout = setTimeout(() => (this.#leftMs > 0 ? this.#wait() : this.#ring()), ms);
    if (!this.#keepsAlive) this.#timeout.unref();
  }
}
