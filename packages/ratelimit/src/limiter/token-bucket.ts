import { VmToolsError } from '@vm-tools/errors';
import type { Rate } from '../rate/rate.ts';

/** The default size of a bucket: 100 ms of its rate, and never less than 64 KiB. */
const DEFAULT_BURST_S = 0.1;
const LEAST_DEFAULT_BURST_BYTES = 64 * 1024;

/** A bucket at the moment it is made. */
export interface TokenBucketInit {
  readonly rate: Rate;
  /** The ceiling in bytes. @default 100 ms of the rate at the time, at least 64 KiB */
  readonly burst?: number | undefined;
  /** It begins full, as after a pause: for what comes in bursts by its nature. @default it begins empty */
  readonly isFull?: boolean | undefined;
  /** The moment it is made, ms. */
  readonly now: number;
}

/**
 * The arithmetic of a rate limit, without any waiting; every method is told the time, in ms of one monotonic clock.
 *
 * Credit flows in at `rate` up to the ceiling `burst`, so an idle hour earns no more than that. Unless it is told otherwise it starts
 * empty: a new limit holds from its first byte. A request above the ceiling must not wait for ever for a credit that the
 * bucket cannot hold, so the ceiling rises to the size of the request that is waiting, and falls back behind it.
 * It does not rise further: were the request simply taken out into debt, a timer that fires late would find the
 * request paid and the bucket full again, and let both pass at once.
 */
export class TokenBucket {
  readonly #fixedBurst: number | undefined;
  #rate: Rate;
  /** Bytes of credit at `#at`. */
  #level = 0;
  #at: number;
  /** Bytes of the request that is waiting. */
  #awaited = 0;

  constructor({ rate, burst, isFull = false, now }: TokenBucketInit) {
    if (burst !== undefined && !(burst > 0)) throw invalid('burst', burst);
    this.#fixedBurst = burst;
    this.#rate = checkedRate(rate);
    this.#at = now;
    if (isFull && rate !== Infinity) this.#level = this.burst;
  }

  get rate(): Rate {
    return this.#rate;
  }

  /** The ceiling in bytes; Infinity while there is no limit. */
  get burst(): number {
    if (this.#rate === Infinity) return Infinity;
    return this.#fixedBurst ?? Math.max(LEAST_DEFAULT_BURST_BYTES, this.#rate * DEFAULT_BURST_S);
  }

  /**
   * Asks for bytes. When the credit is there it is taken and the answer is 0. Otherwise nothing is taken and the answer
   * is in how many ms to ask again, for the same bytes; until then, or `giveUp`, no other caller may ask.
   */
  take(bytes: number, now: number): number {
    const delayMs = this.saveFor(bytes, now);
    if (delayMs === 0) this.spend(bytes);
    return delayMs;
  }

  /** The first half of `take`: in how many ms the credit will be there; 0 when it is, but it is not taken yet. */
  saveFor(bytes: number, now: number): number {
    if (this.#rate === Infinity) return 0;
    this.#accrue(now);
    this.#awaited = checkedBytes(bytes);
    return this.#level < bytes ? ((bytes - this.#level) / this.#rate) * 1000 : 0;
  }

  /** The second half of `take`: takes what `saveFor` has found there. */
  spend(bytes: number): void {
    if (this.#rate === Infinity) return;
    this.#level -= bytes;
    this.giveUp();
  }

  /** When half of the ceiling will be there, if none is taken: in the past as long as credit is plentiful. */
  halfFullAt(now: number): number {
    if (this.#rate === Infinity) return -Infinity;
    this.#accrue(now);
    return now + ((this.burst / 2 - this.#level) / this.#rate) * 1000;
  }

  /** The request that is waiting will not be asked again. */
  giveUp(): void {
    this.#awaited = 0;
    this.#level = Math.min(this.#level, this.burst);
  }

  /**
   * Changes the rate from now on. Credit is dropped, so that the change itself sets off no burst; what a waiting
   * request has saved up stays its own, or frequent changes would starve it.
   */
  setRate(rate: Rate, now: number): void {
    this.#accrue(now);
    if (checkedRate(rate) === this.#rate) return;
    this.#rate = rate;
    if (rate === Infinity) this.#awaited = 0; // a caller that waits is free to go
    this.#level = Math.min(this.#level, this.#awaited);
  }

  #accrue(now: number): void {
    if (now <= this.#at) return;
    const earned = this.#rate === Infinity ? 0 : ((now - this.#at) / 1000) * this.#rate;
    this.#level = Math.min(this.#level + earned, Math.max(this.burst, this.#awaited));
    this.#at = now;
  }
}

function checkedRate(rate: Rate): Rate {
  if (!(rate > 0)) throw invalid('rate', rate);
  return rate;
}

/** @throws VmToolsError RATE_INVALID unless it is a number of bytes that can be charged */
export function checkedBytes(bytes: number): number {
  if (!(bytes >= 0 && bytes < Infinity)) throw invalid('number of bytes', bytes);
  return bytes;
}

function invalid(what: string, value: number): VmToolsError {
  return new VmToolsError({
    code: 'RATE_INVALID',
    kind: 'usage',
    message: `${value} cannot be the ${what} of a limit`,
    hint: 'give a number of bytes above zero; only a rate may be Infinity, which means no limit',
    details: { [what]: value },
  });
}
