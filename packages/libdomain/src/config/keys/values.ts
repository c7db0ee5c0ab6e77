import * as z from 'zod';
import { cpuLevel } from '../../cpu/cpu-level.ts';
import { formatCpuid, parseCpuid } from '../../cpu/cpuid-text.ts';
import { MOST_CPUS, MOST_WEIGHT } from '../../scheduling/scheduling.ts';
import { readProcessorsSpec } from '../xl/processors-spec.ts';
import { SpecError } from '../xl/spec-error.ts';
import { nameFault, UUID } from './name-fault.ts';

/** The actions for a domain that has shut down. */
export const SHUTDOWN_ACTIONS = ['destroy', 'restart', 'preserve'] as const;

/** Further actions of xl. A domain that comes from xl may ask for it; it is kept then, as if preserved. */
export const XL_ACTIONS = ['rename-restart', 'coredump-destroy', 'coredump-restart', 'soft-reset'] as const;

/**
 * The local APIC of vCPU n has the id 2n, ids are bytes and 255 addresses all of them: 128 vCPUs are as many as a PVH
 * guest can have (HVM_MAX_VCPUS).
 */
export const MAX_VCPUS = 128;

/** 16 TiB, Xen's own limit for a host; it catches bytes given for MiB. */
export const MAX_MEMORY_KIB = 2 ** 34;
const MIN_MEMORY_KIB = 1024;

/** PATH_MAX: what is as long as this is no path any more. */
export const MAX_PATH_BYTES = 4096;

const CONTROL = /[\u0000-\u001f\u007f]/;

export const line = z
  .string('must be a string')
  .refine((text) => !CONTROL.test(text), 'must not contain control characters');

export const name = z.string('must be a string').superRefine((text, context) => {
  const fault = nameFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

export const poolName = line.refine((text) => text !== '', 'must not be empty');

export const path = line
  .refine((text) => text.startsWith('/'), 'must be an absolute path')
  .refine((text) => Buffer.byteLength(text) < MAX_PATH_BYTES, 'is longer than any path can be');

const IS_NO_POLICY = 'must be the path of a file of vm-host cpu --json';
export const cpuPolicy = z.union([path, cpuLevel], {
  error: (issue) => {
    const [ofPath, ofLevel] = issue.errors;
    const isText = typeof issue.input === 'string';
    const [first] = (isText ? ofPath : ofLevel) ?? [];
    const isOther = !isText && typeof issue.input !== 'object';
    return (isOther ? undefined : first?.message) ?? IS_NO_POLICY;
  },
});

/** In the form that is kept: each feature by one name, and in one order. */
export const cpuid = line.transform((text, context) => {
  try {
    return formatCpuid(parseCpuid(text));
  } catch (thrown) {
    if (!(thrown instanceof SpecError)) throw thrown;
    context.issues.push({
      code: 'custom',
      message: thrown.message,
      input: text,
      params: { hint: thrown.hint },
    });
    return z.NEVER;
  }
});

/** Of a program with a folder of its own, or of one that is looked for. */
export const program = line
  .refine((text) => text !== '', 'must not be empty')
  .refine(
    (text) => text.startsWith('/') || !text.includes('/'),
    'must be an absolute path, or the name of a program',
  )
  .refine((text) => Buffer.byteLength(text) < MAX_PATH_BYTES, 'is longer than any path can be');

/** More than a command line of a bootloader has use for. */
const MAX_WORDS = 256;

/** Arguments of a program. */
export const words = z
  .array(line, 'must be a list')
  .max(MAX_WORDS, `must not have more than ${MAX_WORDS}`)
  .readonly();

export const uuid = z
  .string('must be a string')
  .regex(UUID, 'must be a UUID of the form 01234567-89ab-cdef-0123-456789abcdef')
  .transform((text) => text.toLowerCase());

/** A whole number that is too large to be told from its neighbours is too large for us as well. */
const whole = (unit: string, most: string): z.ZodInt =>
  z.int({ error: ({ code }) => (code === 'too_big' ? most : `must be a whole number${unit}`) });

const MOST_MEMORY = 'must be 16 TiB or less';
const MOST_VCPUS = `must be ${MAX_VCPUS} or less`;

export const memoryKib = whole(' of KiB', MOST_MEMORY)
  .min(MIN_MEMORY_KIB, 'must be 1 MiB or more')
  .max(MAX_MEMORY_KIB, MOST_MEMORY);

export const vcpus = whole('', MOST_VCPUS).min(1, 'must be 1 or more').max(MAX_VCPUS, MOST_VCPUS);

const cpuNumbers = z
  .array(
    whole('', `must be less than ${MOST_CPUS}`)
      .min(0)
      .max(MOST_CPUS - 1, `must be less than ${MOST_CPUS}`),
    'must be a list of numbers',
  )
  .max(MOST_CPUS)
  .transform((cpus) => [...new Set(cpus)].sort((a, b) => a - b))
  .readonly();
const allBut = z
  .strictObject({ allBut: cpuNumbers.refine((cpus) => cpus.length > 0, 'must name one at least') })
  .readonly();

/** In the form that is kept, be it written in another one. */
const onNodes = z
  .strictObject({ spec: line })
  .transform(({ spec }, context) => {
    try {
      return readProcessorsSpec(spec);
    } catch (thrown) {
      if (!(thrown instanceof SpecError)) throw thrown;
      const { message, hint } = thrown;
      context.issues.push({ code: 'custom', message, input: spec, params: { hint } });
      return z.NEVER;
    }
  })
  .readonly();

/** By vCPU the processors of a host; none for one that may run on all. */
export const processors = z
  .array(
    z.union(
      [cpuNumbers, allBut, onNodes],
      'must be a list of numbers, {"allBut": …} with one, or {"spec": "node:0"}',
    ),
    'must be a text such as "0-3,^1", or a list of such, one for each vCPU',
  )
  .max(MAX_VCPUS, `must not have more than ${MAX_VCPUS}`)
  .readonly();

const WEIGHTS = `must be from 1 to ${MOST_WEIGHT}`;
export const cpuWeight = whole('', WEIGHTS).min(1, WEIGHTS).max(MOST_WEIGHT, WEIGHTS);

const MOST_CAP = 100 * MAX_VCPUS;
export const cap = whole(' of percent', `must be ${MOST_CAP} or less`)
  .min(0, 'must be 0 or more')
  .max(MOST_CAP, `must be ${MOST_CAP} or less`);

const MOST_FRAMES = 0x7fff_ffff;
const FRAMES = `must be ${MOST_FRAMES} or less`;
export const grantFrames = whole('', FRAMES).min(1, 'must be 1 or more').max(MOST_FRAMES, FRAMES);
export const maptrackFrames = whole('', FRAMES).min(0, 'must be 0 or more').max(MOST_FRAMES, FRAMES);
export const grantVersion = z.union([z.literal(1), z.literal(2)], 'must be 1 or 2');

/** EVTCHN_FIFO_NR_CHANNELS: a guest can name no more. */
const MOST_CHANNELS = 2 ** 17;
const CHANNELS = `must be ${MOST_CHANNELS - 1} or less`;
export const eventChannels = whole('', CHANNELS)
  .min(1, 'must be 1 or more')
  .max(MOST_CHANNELS - 1, CHANNELS);

export const flag = z.boolean('must be true or false');

/** By the numbers that xl and Xen have for them. */
export const TSC_MODES = ['default', 'always_emulate', 'native'] as const;
export const tscMode = z.enum(
  TSC_MODES,
  'must be "default", "always_emulate" or "native"; Xen has had no native_paravirt since 4.13',
);

/** What becomes of a timer interrupt that its vCPU was not running to take, by the numbers that xl and Xen have for it. */
export const TIMER_MODES = [
  'delay_for_missed_ticks',
  'no_delay_for_missed_ticks',
  'no_missed_ticks_pending',
  'one_missed_tick_pending',
] as const;
export const timerMode = z.enum(TIMER_MODES, `must be one of ${TIMER_MODES.join(', ')}`);

export const shutdownAction = z.enum(SHUTDOWN_ACTIONS, `must be one of ${SHUTDOWN_ACTIONS.join(', ')}`);

/** For these tools it waits as it is. */
export const softResetAction = z.enum(
  [...SHUTDOWN_ACTIONS, 'soft-reset'],
  `must be one of ${SHUTDOWN_ACTIONS.join(', ')}, soft-reset`,
);

/** More than any bus or bridge would take; a configuration that has more is a mistake. */
export const MAX_DEVICES = 256;

/** The devices of one kind. */
export const devices = <Device extends z.ZodType>(
  device: Device,
): z.ZodDefault<z.ZodReadonly<z.ZodArray<Device>>> =>
  z
    .array(device, 'must be a list')
    .max(MAX_DEVICES, `must not have more than ${MAX_DEVICES}`)
    .readonly()
    .default([]);
