import { systemClock, type Clock } from './clock.ts';
import { LimiterNode } from './limiter-node.ts';
import type { Rate } from './rate.ts';

/**
 * Somebody to ask before sending. Whatever answers `take` is a limiter: one alone, one below a parent, and one whose
 * rate follows a timetable look the same to a stream.
 */
export interface Limiter {
  /**
   * Resolves when `bytes` may be sent, in the order of the calls.
   * @throws VmToolsError INTERRUPTED when the signal fires first; nothing is charged then
   */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
  /** Takes effect at once, also for those who wait. */
  setRate(rate: Rate): void;
  /** Its own rate, bytes per second; that of a parent may be lower. */
  readonly rate: Rate;
  /**
   * Bytes that may pass in one go after a pause, the least of all levels; a stream makes its slices smaller.
   * Infinity while there is no limit on any level: then there is no need to ask.
   */
  readonly burst: number;
}

/** A limiter: its rate, how much may pass at once, and the limiter above it. */
export interface LimiterInit {
  readonly rate: Rate;
  /** @default 100 ms of the rate, at least 64 KiB */
  readonly burst?: number | undefined;
  /** The level above: what passes here passes there, too, in turn with its other children. */
  readonly parent?: LimiterNode | undefined;
  /** @default the parent's, which all levels share, or else the machine's */
  readonly clock?: Clock | undefined;
}

/**
 * A limiter: alone first come, first served, whatever the sizes; below a parent one of several children that get
 * equal shares of what the parent lets pass, each no more than its own rate. It has no timer unless somebody waits,
 * and a child that is no longer used needs no closing.
 *
 * @example
 * ```ts
 * const host = createLimiter({ rate: parseRate('1Gbit') });
 * const peer = createLimiter({ rate: parseRate('50M'), parent: host });
 * const transfer = createLimiter({ rate: parseRate('off'), parent: peer });
 * ```
 */
export function createLimiter({ rate, burst, parent, clock = systemClock }: LimiterInit): LimiterNode {
  return new LimiterNode({ rate, burst, parent, clock });
}

/** A slice that is being saved up for holds up the siblings, so large buckets do not make for larger slices. */
const LARGEST_SLICE_BYTES = 256 * 1024;

/**
 * How much to ask a limiter for at a time: at most half a burst, so that its bucket has room for what comes in while
 * a timer is late. Infinity while there is no limit.
 */
export function sliceBytes({ burst }: Limiter): number {
  return burst === Infinity ? Infinity : Math.max(1, Math.min(Math.floor(burst / 2), LARGEST_SLICE_BYTES));
}
