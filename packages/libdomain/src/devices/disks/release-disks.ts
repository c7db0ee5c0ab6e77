import type { DiskMoment } from '@vm-tools/ports';
import type { Host } from '../../host.ts';
import { targetOf } from './disk-users.ts';
import { backendPlace } from '../backend/backend-place.ts';
import { listDevices, type Device } from '../nodes/list-devices.ts';
import { findQemu } from '../qemu/find.ts';
import { qmpPath } from '../qemu/paths.ts';

/**
 * Makes the backends of a suspended guest let go of its disks, so that another host may open them: what the guest has
 * written is there, and nothing more is written.
 *
 * libxl does neither. The qemu of a qcow2 disk keeps new clusters and its tables in memory, and a loop device has dirty
 * pages in the page cache of this host; a target that opens the disk before they are written reads zeros, and writes
 * into clusters that the source then gives out a second time. `stop` makes qemu write all of it and keep still.
 *
 * @returns those that this host serves; undefined for a guest without such disks
 */
export async function releaseDisks(
  host: Host,
  domid: number,
  signal?: AbortSignal,
): Promise<DiskMoment | undefined> {
  const disks = (await listDevices(host.store, domid)).filter(({ kind }) => kind === 'vbd');
  if (disks.length === 0) return undefined;
  if ((await findQemu(host, domid)) !== undefined)
    await host.dom0.qmp(qmpPath(domid, 'libxenstat'), 'stop', {}, { signal });
  const paths: string[] = [];
  for (const disk of disks) {
    const target = await targetHere(host, disk);
    if (target === undefined) continue;
    if (!target.isReadOnly) await host.dom0.flush(target.path);
    paths.push(target.path);
  }
  return paths.length === 0 ? undefined : { paths, at: Date.now() };
}

/** Lets a guest that runs on here use its disks again, after `releaseDisks`. */
export async function takeDisksBack(host: Host, domid: number, signal?: AbortSignal): Promise<void> {
  if ((await findQemu(host, domid)) === undefined) return;
  await host.dom0.qmp(qmpPath(domid, 'libxenstat'), 'cont', {}, { signal });
}

/** The file or block device of a disk that the kernel or a qemu of dom0 serves. */
async function targetHere(
  { store }: Host,
  disk: Device,
): Promise<{ readonly path: string; readonly isReadOnly: boolean } | undefined> {
  const place = backendPlace(disk);
  if (place === undefined || place.backendDomid !== 0) return undefined;
  const [params = '', mode, made = ''] = await Promise.all([
    store.read(`${disk.toolstack}/params`),
    store.read(`${disk.toolstack}/mode`),
    store.read(`${disk.backend}/physical-device-path`),
  ]);
  // A script's own syntax is no path; what it has made of it is.
  const named = targetOf(params, place.backendKind);
  const path = named.startsWith('/') ? named : made;
  return path.startsWith('/') ? { path, isReadOnly: mode === 'r' } : undefined;
}
