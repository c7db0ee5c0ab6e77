import { isHere } from '../config/devices/is-here.ts';
import type { DomainConfig } from '../config/schema.ts';
import { bootloaderDisk } from './boot-error.ts';

const OR_KERNEL = 'or copy the kernel out of it and name it in place of the bootloader';

/**
 * The path of the disk on which the bootloader of a domain looks: the first one. It must be readable as it is; libxl
 * plugs others into the control domain.
 *
 * @throws VmToolsError DOMAIN_BOOTLOADER_DISK, kind usage
 */
export function requireBootDisk({
  name,
  bootloader,
  disks,
}: Pick<DomainConfig, 'name' | 'bootloader' | 'disks'>): string {
  const [disk] = disks;
  if (disk === undefined)
    throw bootloaderDisk(
      `${name} has no disk on which ${bootloader} could find a kernel`,
      'give it one: disk = ["/path/root.img,raw,xvda,w"]',
    );
  const { vdev, target, format, script, backend } = disk;
  const refused = (why: string, hint: string): Error =>
    bootloaderDisk(`${bootloader} cannot look on the disk ${vdev} of ${name}: ${why}`, hint);
  if (target === '') throw refused('the drive is empty', 'make the disk with the kernel the first one');
  if (format !== 'raw')
    throw refused(
      `it is of format ${format}`,
      `make a raw image of it: qemu-img convert -O raw ${target} NEW, ${OR_KERNEL}`,
    );
  if (script !== undefined) throw refused(`the script ${script} makes it`, `name its device, ${OR_KERNEL}`);
  if (!isHere({ backend }))
    throw refused(`it is in the domain ${backend}`, `serve it from this domain, ${OR_KERNEL}`);
  return target;
}
