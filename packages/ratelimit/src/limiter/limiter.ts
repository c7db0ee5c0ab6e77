import type { Rate } from '../rate/rate.ts';

/**
 * A sender asks it before sending. Every object with `take` is a limiter: one alone, one below a parent, and one whose
 * rate follows a timetable look the same to a stream.
 */
export interface Limiter {
  /**
   * Resolves when `bytes` may be sent, in the order of the calls.
   * @throws VmToolsError INTERRUPTED when the signal fires first; nothing is charged then
   */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
  /** Takes effect at once, also for callers that wait. */
  setRate(rate: Rate): void;
  /** Its own rate, bytes per second; that of a parent may be lower. */
  readonly rate: Rate;
  /**
   * Bytes that may pass in one go after a pause, the least of all levels; a stream makes its slices smaller.
   * Infinity while there is no limit on any level: then there is no need to ask.
   */
  readonly burst: number;
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
