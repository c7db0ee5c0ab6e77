/** A request that waits. */
export interface Waiter {
  readonly bytes: number;
  readonly grant: () => void;
}

/** One look at all levels of a tree of limiters, at one moment. */
export interface Round {
  /** ms */
  readonly now: number;
  /** The first moment, ms, at which another look may find more; Infinity when there is no such moment. */
  wakeAt: number;
}

/** The state of a flow when its turn may have come. */
export type Offer =
  | { readonly kind: 'ready'; readonly waiter: Waiter } // this one may pass, as far as this flow is concerned
  | { readonly kind: 'expected'; readonly untilMs: number } // no caller waits now, but one is about to ask again
  | { readonly kind: 'later' } // short of credit of its own; the round knows when to look again
  | { readonly kind: 'idle' };

/** One of those that share a limiter: a child, or the queue of its own takers. */
export interface Flow {
  /**
   * Bytes that this flow has been given, on the common scale of all that share the limiter. The lowest has the next
   * turn, and a flow that comes back after a pause starts level with the others: that is round robin by bytes.
   */
  turn: number;
  /** @param scarceUntil when credit will be plentiful again on all levels above, ms */
  offer(round: Round, scarceUntil: number): Offer;
}
