import type { DomainConfig } from '../config/schema.ts';
import { kernelOf } from '../config/kernel/kernel-of.ts';

/** The files that a domain is started with, and the command line of its kernel. */
export interface BootFiles {
  readonly kernel: string;
  readonly ramdisk?: string;
  readonly cmdline: string;
}

/**
 * What a bootloader has fetched for this start, and else what the configuration names.
 *
 * @throws VmToolsError DOMAIN_KERNEL_MISSING, kind usage
 */
export function bootOf({
  config,
  fetched,
}: {
  readonly config: DomainConfig;
  readonly fetched?: BootFiles | undefined;
}): BootFiles {
  if (fetched !== undefined) return fetched;
  const { ramdisk, cmdline } = config;
  return { kernel: kernelOf(config), cmdline, ...(ramdisk === undefined ? {} : { ramdisk }) };
}
