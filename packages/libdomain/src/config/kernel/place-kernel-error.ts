import { VmToolsError } from '@vm-tools/errors';
import { formatPosition } from '../problems/config-error.ts';
import type { PlacedConfig } from '../parse-config.ts';

/** The errors that only a look at the files shows, and the field that names the file. */
const FIELDS_OF = {
  DOMAIN_KERNEL_MISSING: 'kernel',
  DOMAIN_KERNEL_INVALID: 'kernel',
  DOMAIN_KERNEL_WRONG_TYPE: 'kernel',
  XEN_KERNEL_INVALID: 'kernel',
  DOMAIN_RAMDISK_MISSING: 'ramdisk',
  DOMAIN_BOOTLOADER_DISK: 'bootloader',
  DOMAIN_BOOTLOADER_FAILED: 'bootloader',
  DOM0_BOOTLOADER_MISSING: 'bootloader',
  DOM0_BOOTLOADER_TIMEOUT: 'bootloader',
} as const;

/** An error about a kernel, a ramdisk or a bootloader, with the place where the configuration names it; any other as it is. */
export function placeKernelError(thrown: unknown, places: PlacedConfig['places']): unknown {
  if (!(thrown instanceof VmToolsError) || !Object.hasOwn(FIELDS_OF, thrown.code)) return thrown;
  const key = FIELDS_OF[thrown.code as keyof typeof FIELDS_OF];
  const place = places[key];
  if (place === undefined) return thrown;
  return thrown.with({
    message: `${formatPosition(place)}: ${thrown.message}`,
    details: { ...place, key },
  });
}
