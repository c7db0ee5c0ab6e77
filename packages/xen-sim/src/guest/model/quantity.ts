/**
 * Quantities of simulated hosts and guests, as people write them: sizes, rates of writing, times.
 *
 * @example
 * ```ts
 * parseSize('1.5GiB'); // 1610612736
 * ```
 *
 * @packageDocumentation
 */
import { VmToolsError } from '@vm-tools/errors';
import { parseRate } from '@vm-tools/ratelimit';
import { parseDuration, RANGES, sizeOf, sizeWords } from '@vm-tools/words';

/** More would be a slip of the pen. */
const LARGEST = RANGES.bytes.max;
const BYTES = { alone: 'bytes' } as const;
/** As long as a timer of Node can be. */
const LONGEST_MS = 2 ** 31 - 1;

/** Bytes per second of "20M/s", "20MiB/s" (both 20 × 2^20) or "100Mbit"; "0" and "off" are 0. */
export function parseDirtyRate(text: string): number {
  if (text === 'off' || text === '0') return 0;
  const rate = parseRate(text);
  if (rate > LARGEST)
    throw invalid(text, 'a rate that a guest can write at', 'write for example 20M/s, or off');
  return rate;
}

/** Bytes of a size, or a number of bytes. */
export function parseSize(text: string): number {
  const bytes = sizeOf(text, BYTES);
  if (bytes !== undefined && bytes <= LARGEST) return bytes;
  throw invalid(text, 'a size', `write it ${sizeWords(BYTES)}`);
}

/** Ms of "500ms", "3s", "2m" or "1h", up to 24 days; a number alone could be anything. */
export function parseTime(text: string): number {
  try {
    if (/[a-z]$/.test(text)) return parseDuration(text, { minMs: 0, maxMs: LONGEST_MS, alone: 'ms' });
  } catch {
    // its error has the same words for another unit
  }
  throw invalid(text, 'a time', 'write for example 500ms, 3s or 2m, up to 24 days');
}

function invalid(text: string, what: string, hint: string): VmToolsError {
  return new VmToolsError({
    code: 'XEN_SIM_QUANTITY',
    kind: 'usage',
    message: `"${text}" is not ${what}`,
    hint,
    details: { text },
  });
}
