import * as z from 'zod';
import type { Disk } from '../../config/devices/disk.ts';
import { backendOf, count, flag, flagOf, said, text, truth } from './fields.ts';

/** The part of libxl_device_disk that a Disk is made from, and what would make it another one. */
export const libxlDisk = z.looseObject({
  backend_domid: count,
  backend_domname: text,
  pdev_path: text,
  vdev: text,
  backend: text,
  format: text,
  script: text,
  readwrite: truth,
  is_cdrom: truth,
  direct_io_safe: flag,
  discard_enable: flag,
  trusted: flag,
  specification: text,
  colo_enable: flag,
});

export type LibxlDisk = z.output<typeof libxlDisk>;

/** A disk as xl 4.17 writes it: what has its default is left out. */
export function toLibxlDisk(disk: Disk): Record<string, unknown> {
  const isCdrom = disk.type === 'cdrom';
  return said({
    backend_domname: disk.backend,
    pdev_path: disk.target === '' ? undefined : disk.target,
    vdev: disk.vdev,
    backend: disk.backendType,
    format: disk.format,
    script: disk.script,
    removable: isCdrom ? 1 : undefined,
    readwrite: disk.access === 'rw' ? 1 : undefined,
    is_cdrom: isCdrom ? 1 : undefined,
    direct_io_safe: disk.directIoSafe,
    discard_enable: flagOf(disk.discard),
    trusted: flagOf(disk.trusted),
  });
}

/** The fields of a Disk, for its schema to judge. */
export function fromLibxlDisk(disk: LibxlDisk): Record<string, unknown> {
  return said({
    target: disk.pdev_path,
    vdev: disk.vdev,
    format: disk.format,
    access: disk.readwrite ? 'rw' : 'ro',
    type: disk.is_cdrom ? 'cdrom' : 'disk',
    backend: backendOf(disk),
    backendType: disk.backend === 'unknown' ? undefined : disk.backend,
    script: disk.script,
    discard: disk.discard_enable,
    directIoSafe: disk.direct_io_safe,
    trusted: disk.trusted,
  });
}

/** The clause for what no disk of these tools can be; undefined if there is nothing of it. */
export function foreignInDisk({ backend, specification, colo_enable }: LibxlDisk): string | undefined {
  if (backend === 'tap' || backend === 'standalone') return `is served by "${backend}"`;
  if (specification === 'virtio') return 'is a virtio disk';
  return colo_enable === true ? 'is replicated by COLO' : undefined;
}
