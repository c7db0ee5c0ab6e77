import type { Flow, Offer, Round, Waiter } from './flow.ts';

/**
 * A stream asks for its next slice only after it has sent the last one, so between two slices no caller waits there.
 * Were its turn given away at once, then of two streams the one with the larger chunks would get most of the rate. For
 * this time a turn is kept, which is enough to write a slice to a socket that has room. Nothing is lost by it: a turn
 * is kept only while the buckets are less than half full, and what comes in meanwhile stays in them.
 */
const KEEPS_TURN_MS = 5;

/** The callers of one limiter itself: first come, first served. */
export class TakeQueue implements Flow {
  turn = 0;
  readonly #waiters: Waiter[] = [];
  #expectedUntil = -Infinity;

  add(waiter: Waiter): void {
    this.#waiters.push(waiter);
  }

  /** @returns whether it was the first one, so that its going changes anything for the others */
  withdraw(waiter: Waiter): boolean {
    const index = this.#waiters.indexOf(waiter);
    this.#waiters.splice(index, 1);
    return index === 0;
  }

  /** Lets the first one pass. */
  grant(now: number): void {
    this.#waiters.shift()?.grant();
    this.#expectedUntil = now + KEEPS_TURN_MS;
  }

  offer({ now }: Round, scarceUntil: number): Offer {
    const [waiter] = this.#waiters;
    if (waiter !== undefined) return { kind: 'ready', waiter };
    const untilMs = Math.min(this.#expectedUntil, scarceUntil);
    return untilMs > now ? { kind: 'expected', untilMs } : { kind: 'idle' };
  }
}
