/** Bytes that came at a moment, ms. */
export interface Arrival {
  readonly at: number;
  readonly bytes: number;
}

/**
 * Bytes per second from the first arrival to the last, which is not counted: it is the beginning of a write whose end
 * was not waited for. 0 when they are one.
 */
export function meanRate(arrivals: readonly Arrival[]): number {
  const [first] = arrivals;
  const last = arrivals.at(-1);
  if (first === undefined || last === undefined || last.at === first.at) return 0;
  const counted = arrivals.slice(0, -1);
  return (counted.reduce((sum, { bytes }) => sum + bytes, 0) / (last.at - first.at)) * 1000;
}

/** The most bytes that came in any so many milliseconds. */
export function fullestWindow(arrivals: readonly Arrival[], windowMs: number): number {
  let fullest = 0;
  let inside = 0;
  let begin = 0;
  for (const { at, bytes } of arrivals) {
    inside += bytes;
    for (let oldest = arrivals[begin]; oldest !== undefined && oldest.at <= at - windowMs;) {
      inside -= oldest.bytes;
      begin += 1;
      oldest = arrivals[begin];
    }
    fullest = Math.max(fullest, inside);
  }
  return fullest;
}
