import { systemClock, type Clock } from '../clock/clock.ts';
import type { Rate } from '../rate/rate.ts';
import { LimiterNode } from './limiter-node.ts';

/** A limiter: its rate, how much may pass at once, and the limiter above it. */
export interface LimiterInit {
  readonly rate: Rate;
  /** @default 100 ms of the rate, at least 64 KiB */
  readonly burst?: number | undefined;
  /** It begins with a whole burst, as after a pause. @default a new limit holds from its first byte */
  readonly isFull?: boolean | undefined;
  /** The level above: what passes here passes there, too, in turn with its other children. */
  readonly parent?: LimiterNode | undefined;
  /** @default the parent's, which all levels share, or else the machine's */
  readonly clock?: Clock | undefined;
}

/**
 * A limiter: alone first come, first served, whatever the sizes; below a parent one of several children that get equal
 * shares of what the parent lets pass, each no more than its own rate. It has no timer unless a caller waits, and a
 * child that is no longer used needs no closing.
 *
 * @example
 * ```ts
 * const host = createLimiter({ rate: parseRate('1Gbit') });
 * const peer = createLimiter({ rate: parseRate('50M'), parent: host });
 * const transfer = createLimiter({ rate: parseRate('off'), parent: peer });
 * ```
 */
export function createLimiter({
  rate,
  burst,
  isFull,
  parent,
  clock = systemClock,
}: LimiterInit): LimiterNode {
  return new LimiterNode({ rate, burst, isFull, parent, clock });
}
