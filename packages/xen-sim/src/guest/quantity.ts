import { VmToolsError } from '@vm-tools/errors';
import { parseRate } from '@vm-tools/ratelimit';

/** 2^50: more would be a slip of the pen, and sums of it would not be exact any more. */
const LARGEST = 2 ** 50;
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Bytes per second of "20M/s", "20MiB/s" (both 20 × 2^20) or "100Mbit"; "0" and "off" are 0. */
export function parseDirtyRate(text: string): number {
  if (text === 'off' || text === '0') return 0;
  const rate = parseRate(text);
  if (rate > LARGEST) throw invalid(text, 'a rate that a guest can write at', '20M/s, or off');
  return rate;
}

/** Bytes of "64M", "64MiB" (both 64 × 2^20), "64MB" (10^6) or a number of bytes. */
export function parseSize(text: string): number {
  if (text === '0') return 0;
  const bytes = /bit|\/s|off/.test(text) ? NaN : bytesOf(text); // these are good for rates alone
  if (bytes <= LARGEST) return bytes;
  throw invalid(text, 'a size', '64M or 1.5GiB');
}

function bytesOf(text: string): number {
  try {
    return parseRate(text);
  } catch {
    return NaN; // its error would say that this is no rate
  }
}

/** Ms of "500ms", "3s", "2m" or "1h"; up to 24 days, which is as long as a timer can be. */
export function parseDuration(text: string): number {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(number) * (UNITS_MS[unit] ?? NaN);
  if (ms < 2 ** 31) return ms;
  throw invalid(text, 'a time', '500ms, 3s or 2m');
}

function invalid(text: string, what: string, examples: string): VmToolsError {
  return new VmToolsError({
    code: 'XEN_SIM_QUANTITY',
    kind: 'usage',
    message: `"${text}" is not ${what}`,
    hint: `write for example ${examples}`,
    details: { text },
  });
}
