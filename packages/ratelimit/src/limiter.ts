import { abortError, throwIfAborted } from '@vm-tools/errors';
import { systemClock, type Clock } from './clock.ts';
import type { Rate } from './rate.ts';
import { checkedBytes, TokenBucket } from './token-bucket.ts';

/**
 * Somebody to ask before sending. Whatever answers `take` is a limiter: one that asks a second one in turn (the
 * transfer's, then the host's) and one that changes its rate by the hour look the same to a stream.
 */
export interface Limiter {
  /**
   * Resolves when `bytes` may be sent, in the order of the calls.
   * @throws VmToolsError INTERRUPTED when the signal fires first; nothing is charged then
   */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
  /** Takes effect at once, also for those who wait. */
  setRate(rate: Rate): void;
  readonly rate: Rate;
  /** Bytes that may pass in one go after a pause; a stream makes its slices smaller. Infinity while there is no limit. */
  readonly burst: number;
}

export interface LimiterInit {
  readonly rate: Rate;
  /** @default 100 ms of the rate, at least 64 KiB */
  readonly burst?: number;
  readonly clock?: Clock;
}

/** A limiter over one token bucket: first come, first served, whatever the sizes. It has no timer while it is off. */
export function createLimiter({ rate, burst, clock = systemClock }: LimiterInit): Limiter {
  const bucket = new TokenBucket({ rate, now: clock.now(), ...(burst === undefined ? {} : { burst }) });
  return new BucketLimiter(bucket, clock);
}

interface Waiter {
  readonly bytes: number;
  readonly grant: () => void;
}

/**
 * Timers of Node are whole milliseconds, and each costs: at 10 Gbit/s a timer for every 64 KiB would be 20 000 a
 * second. A sleep that is longer than needed is no loss, because the credit that comes in meanwhile lets the next
 * ones pass without a timer, as long as the bucket can hold it: hence the other bound, the time to fill half of it.
 */
const SHORTEST_SLEEP_MS = 5;

class BucketLimiter implements Limiter {
  readonly #bucket: TokenBucket;
  readonly #clock: Clock;
  readonly #queue: Waiter[] = [];
  #sleep: AbortController | undefined;

  constructor(bucket: TokenBucket, clock: Clock) {
    this.#bucket = bucket;
    this.#clock = clock;
  }

  get rate(): Rate {
    return this.#bucket.rate;
  }

  get burst(): number {
    return this.#bucket.burst;
  }

  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    const what = `waiting for the rate limit to let ${bytes} bytes pass`;
    throwIfAborted(signal, what);
    checkedBytes(bytes);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#withdraw(waiter);
        reject(abortError(signal as AbortSignal, what));
      };
      const grant = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const waiter: Waiter = { bytes, grant };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(waiter);
      if (this.#queue.length === 1) this.#serve();
    });
  }

  setRate(rate: Rate): void {
    this.#bucket.setRate(rate, this.#clock.now());
    this.#serve();
  }

  #serve(): void {
    this.#sleep?.abort();
    this.#sleep = undefined;
    const now = this.#clock.now();
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      const delayMs = this.#bucket.take(head.bytes, now);
      if (delayMs > 0) {
        this.#serveAfter(delayMs);
        return;
      }
      this.#queue.shift();
      head.grant();
    }
  }

  #serveAfter(delayMs: number): void {
    const leastMs = Math.min(SHORTEST_SLEEP_MS, (this.burst / this.rate) * 500);
    const sleep = new AbortController();
    this.#sleep = sleep;
    this.#clock.sleep(Math.ceil(Math.max(delayMs, leastMs)), sleep.signal).then(
      () => this.#serve(),
      () => undefined, // aborted by a newer #serve
    );
  }

  #withdraw(waiter: Waiter): void {
    const index = this.#queue.indexOf(waiter);
    this.#queue.splice(index, 1);
    if (index > 0) return;
    this.#bucket.giveUp();
    queueMicrotask(() => this.#serve()); // not before all others who wait by the same signal have withdrawn, too
  }
}
