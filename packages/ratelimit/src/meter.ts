import { systemClock, type Clock } from './clock/clock.ts';

/** Counts bytes and tells how fast they come: an average in which the last seconds weigh most. */
export class Meter {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #startedAt: number;
  #bytes = 0;
  /** Bytes, each weighed by how long ago it came; as of `#at`. */
  #weighed = 0;
  #at: number;

  /** @param init.windowMs after this time a byte counts 1/e as much. @default 3000 */
  constructor({
    clock = systemClock,
    windowMs = 3000,
  }: { readonly clock?: Clock; readonly windowMs?: number } = {}) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#startedAt = this.#at = clock.now();
  }

  add(bytes: number): void {
    this.#decay();
    this.#bytes += bytes;
    this.#weighed += bytes;
  }

  /** All bytes since the start. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Exponentially weighted moving average; from the first moment on, because the part not yet seen is left out. */
  get bytesPerSecond(): number {
    this.#decay();
    const elapsedMs = this.#at - this.#startedAt;
    if (elapsedMs === 0) return 0;
    const seenMs = this.#windowMs * -Math.expm1(-elapsedMs / this.#windowMs);
    return (this.#weighed / seenMs) * 1000;
  }

  #decay(): void {
    const now = this.#clock.now();
    this.#weighed *= Math.exp((this.#at - now) / this.#windowMs);
    this.#at = now;
  }
}
