import { VmToolsError } from '@vm-tools/errors';
import { requireBootDisk } from '../boot/require-boot-disk.ts';
import { checkKernel, checkRamdisk, inspectKernel } from '../config/kernel/inspect-kernel.ts';
import { kernelOf } from '../config/kernel/kernel-of.ts';
import type { DeviceField } from '../config/read-devices.ts';
import type { DomainConfig, DomainType } from '../config/schema.ts';
import { requireAllowed } from './require-allowed.ts';
import { requireDevicesAllowed } from './require-devices-allowed.ts';
import type { PlaceRules } from './rules.ts';

/**
 * Whether a domain of this configuration can be started here, as far as its files tell. What a bootloader will find is not
 * known before it runs.
 *
 * @param rules for a configuration from elsewhere; undefined for one that the operator has written
 * @throws VmToolsError DOMAIN_FILE_NOT_ALLOWED, DOMAIN_DEVICE_NOT_ALLOWED, DOMAIN_KERNEL_MISSING, DOMAIN_KERNEL_INVALID, DOMAIN_KERNEL_WRONG_TYPE,
 *   DOMAIN_RAMDISK_MISSING, DOMAIN_BOOTLOADER_DISK, all of kind usage
 */
export async function requireStartable(
  config: Pick<DomainConfig, 'name' | 'type' | 'kernel' | 'ramdisk' | 'bootloader' | DeviceField>,
  rules?: PlaceRules,
): Promise<void> {
  if (rules !== undefined) {
    await requireAllowed(config, rules);
    await requireDevicesAllowed(config, rules);
  }
  if (config.bootloader === undefined) {
    await requireLoadable({ kernel: kernelOf(config), ramdisk: config.ramdisk }, config.type);
    return;
  }
  // A name of a program, arguments for it, and a disk that it reads as root: never by the word of another host.
  if (rules !== undefined) throw bootloaderFromElsewhere(config);
  requireBootDisk(config);
}

/**
 * Whether these files can be loaded into a domain of this type.
 *
 * @throws VmToolsError DOMAIN_KERNEL_MISSING, DOMAIN_KERNEL_INVALID, DOMAIN_KERNEL_WRONG_TYPE, DOMAIN_RAMDISK_MISSING,
 *   all of kind usage
 */
export async function requireLoadable(
  { kernel, ramdisk }: { readonly kernel: string; readonly ramdisk?: string | undefined },
  type: DomainType,
): Promise<void> {
  checkKernel(await inspectKernel(kernel), type);
  if (ramdisk !== undefined) await checkRamdisk(ramdisk);
}

function bootloaderFromElsewhere({
  name,
  bootloader,
}: Pick<DomainConfig, 'name' | 'bootloader'>): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_KERNEL_MISSING',
    kind: 'usage',
    message: `the kernel of ${name} is found by its bootloader ${bootloader}, which is not run here for a guest from elsewhere`,
    hint: 'let it come without one ("requireKernels": false in /etc/vm-tools/places.json); to start it anew here, create it from a configuration of this host',
  });
}
