/** The most that a network device may send, as xenstore and libxl have it. */
export interface Rate {
  readonly bytesPerInterval: number;
  readonly intervalUsecs: number;
}

const RATE = /^([1-9]\d{0,14})([GMK]?)([Bb])\/s(?:@([1-9]\d{0,9})(s|ms?|us?)?)?$/;
const MULTIPLES: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };
const USECS: Readonly<Record<string, number>> = { u: 1, m: 1e3, s: 1e6 };
/** As in xl: 50 ms. */
const DEFAULT_INTERVAL_USECS = 50_000;
/** libxl keeps it in 32 bits. */
const MAX_INTERVAL_USECS = 2 ** 32 - 1;
/** 1 TB a second: no link is faster, and numbers are exact below. */
const MAX_BYTES_PER_SECOND = 1e12;

/**
 * Reads a rate as xl has it: bits (b) or bytes (B) a second, and the interval in which it is measured, 50 ms if absent.
 *
 * @param text "10Mb/s", "1MB/s@20ms"
 * @returns undefined for what is no rate, or less than one byte in its interval
 */
export function parseRate(text: string): Rate | undefined {
  const [match, count, multiple = '', unit, interval, intervalUnit = 's'] = RATE.exec(text) ?? [];
  if (match === undefined) return undefined;
  const bytes = Math.floor((Number(count) * (MULTIPLES[multiple] ?? 1)) / (unit === 'b' ? 8 : 1));
  const intervalUsecs =
    interval === undefined ? DEFAULT_INTERVAL_USECS : Number(interval) * (USECS[intervalUnit.charAt(0)] ?? 1);
  if (bytes > MAX_BYTES_PER_SECOND || intervalUsecs > MAX_INTERVAL_USECS) return undefined;
  const bytesPerInterval = Number((BigInt(bytes) * BigInt(intervalUsecs)) / 1_000_000n);
  return bytesPerInterval === 0 ? undefined : { bytesPerInterval, intervalUsecs };
}

/** The shortest text that `parseRate` reads back to the same. */
export function formatRate({ bytesPerInterval, intervalUsecs }: Rate): string {
  // Rounded up, because xl rounds down what is sent in an interval.
  const perSecond = Number(
    (BigInt(bytesPerInterval) * 1_000_000n + BigInt(intervalUsecs) - 1n) / BigInt(intervalUsecs),
  );
  const every = intervalUsecs === DEFAULT_INTERVAL_USECS ? '' : `@${formatInterval(intervalUsecs)}`;
  return `${formatBytes(perSecond)}/s${every}`;
}

function formatBytes(count: number): string {
  for (const [multiple, size] of Object.entries(MULTIPLES).toReversed()) {
    if (size > 1 && (count * 8) % size === 0) return `${(count * 8) / size}${multiple}b`;
  }
  return `${count}B`;
}

function formatInterval(usecs: number): string {
  if (usecs % 1e6 === 0) return `${usecs / 1e6}s`;
  return usecs % 1e3 === 0 ? `${usecs / 1e3}ms` : `${usecs}us`;
}
