/** A rate that holds from a moment on. */
export interface RateChange {
  /** ms */
  readonly at: number;
  readonly rate: number;
}

/** Bytes that pass at a moment. */
export interface Passed {
  /** ms */
  readonly at: number;
  readonly bytes: number;
}

/**
 * By how many bytes the worst of all windows of time is above rate × time + burst; zero or less is within the limit.
 * A request that is larger than the burst has been saved up for before the window that begins with it; one of no bytes
 * begins none, for it may pass at the very moment of a large one.
 */
export function worstExcess(passed: readonly Passed[], rates: readonly RateChange[], burst: number): number {
  let worst = 0;
  const some = passed.filter(({ bytes }) => bytes > 0);
  for (const [first, from] of some.entries()) {
    let sum = Math.min(0, burst - from.bytes);
    for (const to of some.slice(first)) {
      sum += to.bytes;
      worst = Math.max(worst, sum - allowance(rates, from.at, to.at) - burst);
    }
  }
  return worst;
}

/** Bytes that rates let through between two moments. */
function allowance(rates: readonly RateChange[], from: number, to: number): number {
  return rates.reduce((sum, { at, rate }, index) => {
    const end = rates[index + 1]?.at ?? Infinity;
    const ms = Math.max(0, Math.min(to, end) - Math.max(from, at));
    // Without a limit, whatever passed at that very moment was allowed, too.
    if (rate === Infinity) return at <= to && end >= from ? Infinity : sum;
    return sum + (rate * ms) / 1000;
  }, 0);
}
