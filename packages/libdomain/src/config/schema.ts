import { nameProblem } from '@vm-tools/words';
import * as z from 'zod';

/** Domain types that can be built. */
export const DOMAIN_TYPES = ['pv', 'pvh'] as const;

/** What may happen to a domain that has shut down. */
export const SHUTDOWN_ACTIONS = ['destroy', 'restart', 'preserve'] as const;

/** What xl can do besides. A domain that comes from xl may ask for it; it is kept then, as if preserved. */
export const XL_ACTIONS = ['rename-restart', 'coredump-destroy', 'coredump-restart', 'soft-reset'] as const;

/**
 * The local APIC of vCPU n has the id 2n, ids are bytes and 255 means everybody: 128 vCPUs are as many as a PVH
 * guest can have (HVM_MAX_VCPUS).
 */
export const MAX_VCPUS = 128;

/** 16 TiB, Xen's own limit for a host; it catches bytes given for MiB. */
export const MAX_MEMORY_KIB = 2 ** 34;
const MIN_MEMORY_KIB = 1024;

/** A PV guest gets its command line in a field of start_info of this size, NUL included; libxc cuts it silently. */
const MAX_PV_CMDLINE_BYTES = 1023;
const MAX_PVH_CMDLINE_BYTES = 4095;

const CONTROL = /[\u0000-\u001f\u007f]/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const line = z
  .string('must be a string')
  .refine((text) => !CONTROL.test(text), 'must not contain control characters');

const name = z.string('must be a string').superRefine((text, context) => {
  const fault = nameFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** PATH_MAX: what is as long as this is no path any more. */
export const MAX_PATH_BYTES = 4096;

const path = line
  .refine((text) => text.startsWith('/'), 'must be an absolute path')
  .refine((text) => Buffer.byteLength(text) < MAX_PATH_BYTES, 'is longer than any path can be');

const uuid = z
  .string('must be a string')
  .regex(UUID, 'must be a UUID of the form 01234567-89ab-cdef-0123-456789abcdef')
  .transform((text) => text.toLowerCase());

const memoryKib = z
  .int('must be a whole number of KiB')
  .min(MIN_MEMORY_KIB, 'must be 1 MiB or more')
  .max(MAX_MEMORY_KIB, 'must be 16 TiB or less');

const shutdownAction = z.enum(SHUTDOWN_ACTIONS, `must be one of ${SHUTDOWN_ACTIONS.join(', ')}`);

/**
 * What a new domain is to be: the one typed form that every file format is read into. Unknown keys are refused.
 * Absent keys get xl's defaults.
 */
export const domainConfigSchema = z
  .strictObject({
    name,
    /** lower case; made up when the domain is created if absent */
    uuid: z.exactOptional(uuid),
    type: z.enum(DOMAIN_TYPES, 'must be "pv" or "pvh"').default('pv'),
    /** absolute path in the control domain */
    kernel: path,
    /** absolute path in the control domain */
    ramdisk: z.exactOptional(path),
    cmdline: line.default(''),
    /** what the guest starts with */
    memoryKib,
    /** what it may be given later; as much as memoryKib if absent */
    maxMemoryKib: z.exactOptional(memoryKib),
    vcpus: z
      .int('must be a whole number')
      .min(1, 'must be 1 or more')
      .max(MAX_VCPUS, `must be ${MAX_VCPUS} or less`)
      .default(1),
    onPoweroff: shutdownAction.default('destroy'),
    onReboot: shutdownAction.default('restart'),
    onCrash: shutdownAction.default('destroy'),
  })
  .refine(({ memoryKib, maxMemoryKib = memoryKib }) => maxMemoryKib >= memoryKib, {
    path: ['maxMemoryKib'],
    error: 'must not be less than the memory that the domain starts with',
  })
  .refine(({ type, cmdline }) => Buffer.byteLength(cmdline) <= cmdlineLimit(type), {
    path: ['cmdline'],
    error: (issue) =>
      `must not be longer than ${cmdlineLimit((issue.input as { type: DomainType }).type)} bytes for this type of domain`,
  })
  .transform((config) => ({ ...config, maxMemoryKib: config.maxMemoryKib ?? config.memoryKib }))
  .readonly();

/** What a new domain is to be; see `domainConfigSchema`. */
export type NewDomainConfig = z.output<typeof domainConfigSchema>;

/** The same as a caller may write it: what has a default may be absent. */
export type DomainConfigInput = z.input<typeof domainConfigSchema>;

export type DomainType = (typeof DOMAIN_TYPES)[number];
export type ShutdownAction = (typeof SHUTDOWN_ACTIONS)[number] | (typeof XL_ACTIONS)[number];

/**
 * What a domain is, a new one or one that was saved. A saved one needs less and may have more: its kernel is in its
 * memory already, and xl may have made it.
 */
export interface DomainConfig extends Omit<
  NewDomainConfig,
  'kernel' | 'onPoweroff' | 'onReboot' | 'onCrash'
> {
  /** Absent when a bootloader fetched it. Of a saved domain, its path may be relative, or lead nowhere by now. */
  readonly kernel?: string;
  readonly onPoweroff: ShutdownAction;
  readonly onReboot: ShutdownAction;
  readonly onCrash: ShutdownAction;
}

/**
 * Why a new domain cannot have this name, as in "must not be empty"; undefined if it can. Wherever a domain is named it
 * may be named by its number or UUID, too, so a name must not look like either.
 */
export function nameFault(wanted: string): string | undefined {
  if (/^\d+$/.test(wanted)) return 'must not be a number, it would be taken for a domid';
  if (UUID.test(wanted)) return 'must not have the form of a UUID';
  return nameProblem(wanted);
}

function cmdlineLimit(type: DomainType): number {
  return type === 'pv' ? MAX_PV_CMDLINE_BYTES : MAX_PVH_CMDLINE_BYTES;
}
