import * as z from 'zod';
import { checkDevices } from './devices/check-devices.ts';
import { withoutUsualIds } from './devices/network.ts';
import { profileOf, type DomainType } from '../types/index.ts';
import { FIELDS, KEYS, type Field } from './keys/keys.ts';
import { checkProcessors, usedProcessors } from './processors.ts';
import type { SHUTDOWN_ACTIONS, XL_ACTIONS } from './keys/values.ts';

const shape = Object.fromEntries(FIELDS.map((field) => [field, KEYS[field].schema])) as {
  [F in Field]: (typeof KEYS)[F]['schema'];
};

/**
 * The configuration of a new domain: the one typed form that every file format is read into. Unknown keys are refused.
 * Absent keys get xl's defaults.
 */
export const domainConfigSchema = z
  .strictObject(shape)
  .refine(({ memoryKib, maxMemoryKib = memoryKib }) => maxMemoryKib >= memoryKib, {
    path: ['maxMemoryKib'],
    error: 'must not be less than the memory that the domain starts with',
  })
  .refine(({ vcpus, maxVcpus = vcpus }) => maxVcpus >= vcpus, {
    path: ['maxVcpus'],
    error: (issue) => `must not be less than vcpus, which is ${(issue.input as { vcpus: number }).vcpus}`,
  })
  .refine(({ vcpus, maxVcpus = vcpus, cap = 0 }) => cap <= 100 * maxVcpus, {
    path: ['cap'],
    error: 'must not be more than 100 for each vCPU',
  })
  .superRefine(checkProcessors)
  .refine(({ kernel, bootloader }) => kernel !== undefined || bootloader !== undefined, {
    path: ['kernel'],
    error: 'is missing, and there is no bootloader that finds one',
    // Whatever else is wrong with it.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine((config) => Buffer.byteLength(config.cmdline) <= profileOf(config).maxCmdlineBytes, {
    path: ['cmdline'],
    error: (issue) =>
      `must not be longer than ${profileOf(issue.input as { type: DomainType }).maxCmdlineBytes} bytes for this type of domain`,
  })
  .refine(({ type, timerMode }) => type === 'pvh' || timerMode === undefined, {
    path: ['timerMode'],
    error: 'is not possible for a pv domain',
    params: { hint: 'leave it out' },
  })
  .superRefine(checkDevices)
  .transform(({ cpus, cpusSoft, ...config }) => ({
    ...config,
    maxMemoryKib: config.maxMemoryKib ?? config.memoryKib,
    maxVcpus: config.maxVcpus ?? config.vcpus,
    ...usedProcessors({ cpus, cpusSoft }),
    networks: withoutUsualIds(config.networks),
  }))
  .readonly();

/** The configuration of a new domain; see `domainConfigSchema`. */
export type NewDomainConfig = z.output<typeof domainConfigSchema>;

/** The same as a caller may write it: what has a default may be absent. */
export type DomainConfigInput = z.input<typeof domainConfigSchema>;

export type { DomainType };
/** An action for a domain that has shut down; those that only xl can do are kept for it. */
export type ShutdownAction = (typeof SHUTDOWN_ACTIONS)[number] | (typeof XL_ACTIONS)[number];

/**
 * The configuration of a domain, a new one or one that was saved. A saved one needs less and may have more: its kernel
 * is in its memory already, so that there may be none, and its path may be relative or lead nowhere by now; and xl may
 * have made it.
 */
export interface DomainConfig extends Omit<NewDomainConfig, ActionField> {
  readonly onPoweroff: ShutdownAction;
  readonly onReboot: ShutdownAction;
  readonly onCrash: ShutdownAction;
  readonly onWatchdog: ShutdownAction;
  readonly onSoftReset: ShutdownAction;
}

/** The fields that say what is done with a domain that has shut down. */
export type ActionField = 'onPoweroff' | 'onReboot' | 'onCrash' | 'onWatchdog' | 'onSoftReset';
