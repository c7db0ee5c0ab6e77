import { VmToolsError } from '@vm-tools/errors';
import { DEFAULT_LOBBY } from '@vm-tools/libxfr/receiver';
import { parseSchedule, type Schedule } from '@vm-tools/ratelimit';
import { parseDuration, RANGES } from '@vm-tools/words';
import * as z from 'zod';
import { parseMetrics } from '@vm-tools/metrics';
import { parseListenAddress } from './listen-address.ts';

/** Each has a descriptor; more are a flood. */
const MAX_WAITING = 10_000;
/** A day: a service that waited for ever would have a fault and not report it. */
const MAX_S = 86_400;
/** Twice the time between two signs of life: less would take a peer for dead that is not. */
const MIN_INACTIVITY_S = 10;
/** A source that was lost asks for two minutes; a lease has to be over by then. */
const MAX_LEASE_S = 100;

const OFF: Schedule = [{ fromMs: 0, rate: Infinity }];

/** A string that is read by a function which throws a VmToolsError for nonsense; its hint becomes that of the issue. */
function read<Value>(parse: (text: string) => Value) {
  return z.string('must be a string').transform((text, context): Value => {
    try {
      return parse(text);
    } catch (thrown) {
      if (!(thrown instanceof VmToolsError)) throw thrown;
      const { message, hint } = thrown;
      context.addIssue({ code: 'custom', message: `is no good: ${message}`, params: { hint } });
      return z.NEVER;
    }
  });
}

const count = (most: number) =>
  z.int('must be a whole number').min(1, 'must be 1 or more').max(most, `must be ${most} or less`);

const seconds = (least: number, most: number) =>
  z
    .preprocess(
      inSeconds,
      z
        .number('must be a number of seconds, or a time like "30s" or "5m"')
        .min(least, `must be ${least} s or more`)
        .max(most, `must be ${most} s or less`),
    )
    .transform((number) => number * 1000)
    .exactOptional();

/** "5m" as a number of seconds; all else as it is. */
function inSeconds(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return parseDuration(value, { ...RANGES.wait, alone: 's' }) / 1000;
  } catch {
    return value;
  }
}

const schedule = read(parseSchedule).default(OFF);

/** The keys of xfrd.toml; its commented example says what each means. */
export const configSchema = z.strictObject({
  listen: z
    .preprocess(
      (value): unknown => (Array.isArray(value) ? value : [value]),
      z.array(read(parseListenAddress)).min(1, 'must name an address'),
    )
    .exactOptional(),
  insecure: z.boolean('must be true or false').default(false),
  'max-concurrent': count(RANGES.places.max).default(4),
  'max-concurrent-per-peer': count(RANGES.places.max).exactOptional(),
  connections: z
    .strictObject(
      {
        unknown: count(MAX_WAITING).default(DEFAULT_LOBBY.unknown),
        'per-address': count(MAX_WAITING).default(DEFAULT_LOBBY.perAddress),
        'per-peer': count(MAX_WAITING).default(DEFAULT_LOBBY.perPeer),
      },
      'must be a table',
    )
    .prefault({}),
  metrics: read(parseMetrics).exactOptional(),
  user: z
    .string('must be a string')
    .regex(/^[a-z_][a-z0-9_-]*$/, 'must be the name of a user')
    .exactOptional(),
  bandwidth: z
    .strictObject({ host: schedule, peer: schedule, transfer: schedule }, 'must be a table')
    .prefault({}),
  timeouts: z
    .strictObject(
      {
        'first-byte': seconds(1, MAX_S),
        handshake: seconds(1, MAX_S),
        inactivity: seconds(MIN_INACTIVITY_S, MAX_S),
        answer: seconds(1, MAX_S),
        lease: seconds(1, MAX_LEASE_S),
      },
      'must be a table',
    )
    .prefault({}),
});

/** The values of a file, with the defaults where it has none. */
export type Config = z.output<typeof configSchema>;
