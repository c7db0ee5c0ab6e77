import { VmToolsError } from '@vm-tools/errors';
import type { DurationRange } from './ranges.ts';

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** The units in which a range is shown. */
const SHOWN_UNITS = ['d', 'h', 'min', 's', 'ms'] as const;
const SYNTAX = /^(?<number>\+?(?:\d+\.?\d*|\.\d+)(?:[eE]\d+)?) ?(?<unit>ms|s|min|m|h|d)?$/;

export interface DurationSyntax extends DurationRange {
  /** the unit of a number alone */
  readonly alone: 's' | 'ms';
}

/**
 * Reads "30s", "300ms", "5m", "1h", "2d", or a number alone; parts of a millisecond are rounded up.
 *
 * @returns milliseconds
 * @throws VmToolsError NUMBER_RANGE of kind usage
 */
export function parseDuration(text: string, { minMs, maxMs, alone }: DurationSyntax): number {
  const { number, unit = alone } = SYNTAX.exec(text.trim())?.groups ?? {};
  const ms = Math.ceil(Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS]);
  if (ms >= minMs && ms <= maxMs) return ms; // NaN is neither
  throw new VmToolsError({
    code: 'NUMBER_RANGE',
    kind: 'usage',
    message: `"${text}" is not a time from ${describeDuration(minMs)} to ${describeDuration(maxMs)}`,
    hint: `write it like 30s, 300ms, 5m or 1h; a number alone counts ${alone === 's' ? 'seconds' : 'milliseconds'}`,
    details: { text, minMs, maxMs },
  });
}

/** In the largest unit in which it is a whole number: "365 d", "90 s", "1 ms". */
export function describeDuration(ms: number): string {
  const unit = SHOWN_UNITS.find((each) => ms % UNITS_MS[each] === 0) ?? 'ms';
  return `${ms / UNITS_MS[unit]} ${unit}`;
}
