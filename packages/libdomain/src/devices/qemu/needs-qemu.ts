import { backendTypeOf, type Disk } from '../../config/devices/disk.ts';
import type { DomainConfig } from '../../config/schema.ts';

/** Whether a qemu in dom0 is to serve a disk. In a driver domain its own toolstack starts one. */
export function isForQemu(disk: Disk): boolean {
  return backendTypeOf(disk) === 'qdisk' && disk.backend === undefined;
}

/** Whether a domain has a device that only qemu serves in dom0. */
export function needsQemu({ disks }: Pick<DomainConfig, 'disks'>): boolean {
  return disks.some(isForQemu);
}
