import { VmToolsError } from '@vm-tools/errors';
import type { Offer, OfferedDisk } from '@vm-tools/ports';
import type { Disk } from '../../config/devices/disk.ts';
import type { DomainConfig } from '../../config/schema.ts';
import { isHere } from '../../config/devices/is-here.ts';
import { requireDisk } from '../../devices/disks/require-disk.ts';
import type { Host } from '../../host.ts';
import { requireDevicesAllowed, type PlaceRules } from '../../places/index.ts';

/** The sizes of the disks that dom0 of this host can see. The file of another format than raw grows as it is written. */
export async function offeredDisks(
  host: Host,
  { disks }: Pick<DomainConfig, 'disks'>,
): Promise<OfferedDisk[]> {
  const offered: OfferedDisk[] = [];
  for (const { vdev, target, format, backend, script } of disks) {
    if (format !== 'raw' || !isHere({ backend }) || script !== undefined) continue;
    const facts = await host.dom0.lookAt(target);
    if (facts.is === 'file' || facts.is === 'block') offered.push({ vdev, bytes: facts.bytes });
  }
  return offered;
}

/**
 * Makes sure that each disk is here as well, and is the one that the guest has: storage that both hosts share. What the
 * peer may not name is refused before it is looked at, so that it learns nothing of other files.
 *
 * @throws DOMAIN_FILE_NOT_ALLOWED, DOMAIN_DISK_MISSING, DOMAIN_DISK_INVALID, DOMAIN_DISK_BUSY, DOMAIN_DISK_DIFFERS
 */
export async function requireDisks(
  host: Host,
  config: DomainConfig,
  offer: Pick<Offer, 'disks'>,
  rules: PlaceRules,
): Promise<void> {
  if (config.disks.length === 0) return;
  await requireDevicesAllowed(config, rules);
  for (const disk of config.disks) {
    await requireDisk(host, disk);
    await requireSameSize(host, disk, offer);
  }
}

async function requireSameSize(
  host: Host,
  { vdev, target }: Disk,
  { disks }: Pick<Offer, 'disks'>,
): Promise<void> {
  const there = disks?.find((disk) => disk.vdev === vdev)?.bytes;
  if (there === undefined) return;
  const facts = await host.dom0.lookAt(target);
  const here = facts.is === 'file' || facts.is === 'block' ? facts.bytes : undefined;
  if (here === undefined || here === there) return;
  throw new VmToolsError({
    code: 'DOMAIN_DISK_DIFFERS',
    kind: 'peer',
    message: `the disk ${vdev} is not the same on both hosts: ${target} has ${here} bytes on the target, and ${there} on the source`,
    hint: 'put it on storage that both hosts share, under the same path',
    details: { vdev, target, here, there },
  });
}
