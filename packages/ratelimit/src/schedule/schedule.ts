import { messageOf, VmToolsError } from '@vm-tools/errors';
import { formatRate, parseRate, type Rate } from '../rate/rate.ts';

/** From a time of day on, every day, until that of the next entry. */
export interface ScheduleEntry {
  /** Local time of day, ms since 00:00. */
  readonly fromMs: number;
  readonly rate: Rate;
}

/** Which rate holds at which time of day; at least one entry, ordered by time, each time once. */
export type Schedule = readonly [ScheduleEntry, ...ScheduleEntry[]];

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const ENTRY = /^(?<hour>[01]?\d|2[0-3]):(?<minute>[0-5]\d),(?<rate>.*)$/;

/**
 * Reads a timetable like "08:00,50M 20:00,off" (times of day in local time), or one rate like "50M" that always holds.
 *
 * @throws VmToolsError RATE_SYNTAX or SCHEDULE_SYNTAX, of kind usage
 */
export function parseSchedule(text: string): Schedule {
  if (!text.includes(',') && !text.includes(':')) return [{ fromMs: 0, rate: parseRate(text) }];
  // A rate may contain a space: "08:00,50 MiB/s 20:00,off".
  const entries = text.trim().split(/\s+(?=\d+:)/).map((entry) => parseEntry(entry, text)); // prettier-ignore
  entries.sort((a, b) => a.fromMs - b.fromMs);
  const twice = entries.find(({ fromMs }, index) => fromMs === entries[index - 1]?.fromMs);
  if (twice !== undefined) throw syntaxError(text, `${formatTime(twice.fromMs)} has two rates`);
  return entries as unknown as Schedule; // split gives at least one
}

/** A timetable for people, to the precision of `formatRate`: "08:00,50 MiB/s 20:00,off". */
export function formatSchedule(schedule: Schedule): string {
  if (schedule.length === 1) return formatRate(schedule[0].rate);
  return schedule.map(({ fromMs, rate }) => `${formatTime(fromMs)},${formatRate(rate)}`).join(' ');
}

/** The rate that holds at a time of day; before the first entry it is still that of the last one, of the day before. */
export function rateAt(schedule: Schedule, msOfDay: number): Rate {
  const entry = schedule.findLast(({ fromMs }) => fromMs <= msOfDay) ?? schedule.at(-1) ?? schedule[0];
  return entry.rate;
}

/** How long until the next entry, ms, on a day of 24 hours. */
export function msUntilNextEntry(schedule: Schedule, msOfDay: number): number {
  const next = schedule.find(({ fromMs }) => fromMs > msOfDay)?.fromMs ?? schedule[0].fromMs + DAY_MS;
  return next - msOfDay;
}

function parseEntry(entry: string, text: string): ScheduleEntry {
  const { hour, minute, rate } = ENTRY.exec(entry)?.groups ?? {};
  if (rate === undefined) throw syntaxError(text, `"${entry}" is not a time of day, a comma and a rate`);
  try {
    return { fromMs: (Number(hour) * 60 + Number(minute)) * MINUTE_MS, rate: parseRate(rate) };
  } catch (thrown) {
    throw syntaxError(text, messageOf(thrown), thrown);
  }
}

function formatTime(ms: number): string {
  const minutes = ms / MINUTE_MS;
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function syntaxError(text: string, why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'SCHEDULE_SYNTAX',
    kind: 'usage',
    message: `"${text}" is not a timetable of rates: ${why}`,
    hint: 'write local times of day and rates like "08:00,50M 20:00,off", or one rate alone like 50M',
    cause,
    details: { text },
  });
}
