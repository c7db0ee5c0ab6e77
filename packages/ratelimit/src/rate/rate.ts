import { VmToolsError } from '@vm-tools/errors';
import { RANGES } from '@vm-tools/words';
import { formatBytes } from './format-bytes.ts';

/** Bytes per second, above zero; `Infinity` means no limit. */
export type Rate = number;

const SYNTAX = /^(?<number>\d+(?:\.\d+)?) ?(?:(?<prefix>[kKMGT])?(?<unit>bit|iB|B)?)(?:\/s)?$/;
const POWERS: Readonly<Record<string, number>> = { k: 1, K: 1, M: 2, G: 3, T: 4 };

/**
 * Reads a rate as people write it: "10M", "10MiB/s" (both 10 × 2^20 bytes per second), "10MB/s" (10^7 bytes),
 * "100Mbit" (10^8 bits), "5000" (bytes), "off".
 *
 * @throws VmToolsError RATE_SYNTAX, of kind usage
 */
export function parseRate(text: string): Rate {
  const trimmed = text.trim();
  if (trimmed === 'off') return Infinity;
  const { number, prefix, unit } = SYNTAX.exec(trimmed)?.groups ?? {};
  // "10iB" is no unit, and "10b" or "10Mbps" could mean bits as well as bytes: a wrong guess is wrong by a factor of
  // eight.
  if (number === undefined || (unit === 'iB' && prefix === undefined)) throw syntaxError(text);
  const base = unit === 'bit' || unit === 'B' ? 1000 : 1024;
  const scaled = Number(number) * base ** (prefix === undefined ? 0 : (POWERS[prefix] ?? 0));
  const rate = unit === 'bit' ? scaled / 8 : scaled;
  if (rate < RANGES.rate.min || rate > RANGES.rate.max) throw syntaxError(text);
  return rate;
}

/** A rate for people: "10 MiB/s", "off". */
export function formatRate(rate: Rate): string {
  return rate === Infinity ? 'off' : `${formatBytes(rate)}/s`;
}

function syntaxError(text: string): VmToolsError {
  return new VmToolsError({
    code: 'RATE_SYNTAX',
    kind: 'usage',
    message: `"${text}" is not a rate`,
    hint: 'write bytes per second like 10M or 1.5GiB/s, bits per second like 100Mbit, or "off" for no limit; from 1 byte to 1 EiB a second',
    details: { text },
  });
}
