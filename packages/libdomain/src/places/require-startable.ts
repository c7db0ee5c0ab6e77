import { checkKernel, checkRamdisk, inspectKernel } from '../config/inspect-kernel.ts';
import { kernelOf } from '../config/kernel-of.ts';
import type { DomainConfig } from '../config/schema.ts';
import { requireAllowed } from './require-allowed.ts';
import { requireDevicesAllowed } from './require-devices-allowed.ts';
import type { PlaceRules } from './rules.ts';

/**
 * Whether a domain of this configuration can be started here, as far as its files tell.
 *
 * @param rules for a configuration from elsewhere; undefined for one that the operator has written
 * @throws VmToolsError DOMAIN_FILE_NOT_ALLOWED, DOMAIN_DEVICE_NOT_ALLOWED, DOMAIN_KERNEL_MISSING, DOMAIN_KERNEL_INVALID, DOMAIN_KERNEL_WRONG_TYPE,
 *   DOMAIN_RAMDISK_MISSING, all of kind usage
 */
export async function requireStartable(
  config: Pick<DomainConfig, 'name' | 'type' | 'kernel' | 'ramdisk' | 'disks' | 'networks'>,
  rules?: PlaceRules,
): Promise<void> {
  if (rules !== undefined) {
    await requireAllowed(config, rules);
    await requireDevicesAllowed(config, rules);
  }
  checkKernel(await inspectKernel(kernelOf(config)), config.type);
  if (config.ramdisk !== undefined) await checkRamdisk(config.ramdisk);
}
