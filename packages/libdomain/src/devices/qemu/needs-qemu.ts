import { backendTypeOf } from '../../config/devices/disk.ts';
import type { DomainConfig } from '../../config/schema.ts';

/** Whether a domain has a device that only qemu serves in dom0. In a driver domain its own toolstack starts one. */
export function needsQemu({ disks }: Pick<DomainConfig, 'disks'>): boolean {
  return disks.some((disk) => backendTypeOf(disk) === 'qdisk' && disk.backend === undefined);
}
