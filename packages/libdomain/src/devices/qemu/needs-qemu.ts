import { backendTypeOf, type Disk } from '../../config/devices/disk.ts';
import { isHere } from '../../config/devices/is-here.ts';
import type { DomainConfig } from '../../config/schema.ts';

/** Whether a qemu in dom0 is to serve a disk. In a driver domain its own toolstack starts one. */
export function isForQemu(disk: Disk): boolean {
  return backendTypeOf(disk) === 'qdisk' && isHere(disk);
}

/** The devices that qemu may serve. */
export type QemuDevices = Pick<DomainConfig, 'disks' | 'framebuffers' | 'channels' | 'shares'>;

/** Whether a domain has a device that only qemu serves in dom0. */
export function needsQemu({ disks, framebuffers, channels, shares }: QemuDevices): boolean {
  return disks.some(isForQemu) || framebuffers.length > 0 || channels.some(isHere) || shares.some(isHere);
}
