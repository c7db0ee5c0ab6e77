import { formatBytes, parseSchedule } from '@vm-tools/ratelimit';
import { VmToolsError } from '@vm-tools/errors';
import { parseCount, parseDuration, RANGES, sizeOf, sizeWords, type CountRange } from '@vm-tools/words';
import { formatDuration } from '../../progress/progress-line.ts';
import type { OptionSpec } from '../spec.ts';

type ValueSpec = Pick<OptionSpec, 'parse' | 'doubt'>;

const MIB = 1024 ** 2;
const DAY_MS = 86_400_000;
/** Longer than this, the user probably meant another unit. */
const LONG_WAIT_MS = 7 * DAY_MS;
/** To suspend a guest and to start it again takes some ten of them. */
const SHORT_DOWNTIME_MS = 10;
const LONG_DOWNTIME_MS = 60_000;
/** At less than this a guest of 64 MiB takes more than an hour. */
const SLOW_BYTES_PER_S = 16 * 1024;

/** `--timeout 2.5`, `--timeout 5m`: seconds or with a unit on the command line, milliseconds in the program. */
export const asWait: ValueSpec = {
  parse: (text) => parseDuration(text, { ...RANGES.wait, alone: 's' }),
  doubt: (ms, text) =>
    Number(ms) < LONG_WAIT_MS ? undefined : `that is ${formatDays(Number(ms))}${ofAlone(text, 'seconds')}`,
};

/** `--max-downtime 300`, `--max-downtime 0.5s`: milliseconds or with a unit. */
export const asDowntime: ValueSpec = {
  parse: (text) => parseDuration(text, { ...RANGES.downtime, alone: 'ms' }),
  doubt: (value, text) => {
    const ms = Number(value);
    if (ms < SHORT_DOWNTIME_MS) return `within ${ms} ms no guest is stopped and started again`;
    if (ms > LONG_DOWNTIME_MS)
      return `it may stand still for ${formatDuration(ms)}${ofAlone(text, 'milliseconds')}`;
    return undefined;
  },
};

/** `--bwlimit 10M`: it stays text, for what it means depends on the hour. */
export const asBandwidth: ValueSpec = { doubt: (text) => doubtOfBandwidth(String(text)) };

/** `--max-rounds 10`: a whole number within the range. */
export function asCount(range: CountRange): ValueSpec {
  return { parse: (text) => parseCount(text, range) };
}

/** `--max-memory 4096`, `--max-memory 4G`: MiB or with a unit, of which parts of a MiB are rounded up. */
export const asMemoryLimit: ValueSpec = {
  parse: (text) => (Number.isNaN(Number(text)) ? mibOf(text) : parseCount(text, RANGES.memoryMib)),
};

function mibOf(text: string): number {
  const { min, max } = RANGES.memoryMib;
  const mib = (sizeOf(text, { wholeBytes: MIB }) ?? NaN) / MIB;
  if (mib >= min && mib <= max) return mib;
  throw new VmToolsError({
    code: 'NUMBER_RANGE',
    kind: 'usage',
    message: `"${text}" is not a size of memory from ${formatBytes(min * MIB)} to ${formatBytes(max * MIB)}`,
    hint: `write it ${sizeWords({ alone: 'MiB' })}`,
    details: { text },
  });
}

/** A warning for a rate or a timetable that is allowed, and can hardly be meant. */
export function doubtOfBandwidth(text: string): string | undefined {
  const slowest = Math.min(...ratesOf(text));
  if (slowest >= SLOW_BYTES_PER_S) return undefined;
  const secondsPerGib = 2 ** 30 / slowest;
  return `${formatBytes(slowest)} a second: 1 GiB takes ${formatDays(secondsPerGib * 1000)}; 10M is 10 MiB a second`;
}

/** Of what is none, its reader will tell. */
function ratesOf(text: string): readonly number[] {
  try {
    return parseSchedule(text).map(({ rate }) => rate);
  } catch {
    return [];
  }
}

/** The explanation of a number that came without a unit. */
function ofAlone(text: string, counts: string): string {
  return /[a-z]$/.test(text) ? '' : `: a number alone counts ${counts}`;
}

function formatDays(ms: number): string {
  return ms < DAY_MS ? formatDuration(ms) : `${Math.round(ms / DAY_MS)} days`;
}
