import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { Disk } from '../../config/devices/disk.ts';
import { vdevNumber } from '../../config/devices/vdev.ts';
import { requireDisk } from '../../devices/disks/require-disk.ts';
import type { Domain } from '../../domain.ts';
import { guestError } from '../../guest-error.ts';
import { holdDomain } from '../../hold/hold-domain.ts';
import type { Host } from '../../host.ts';
import { readStoredConfig } from '../../stored-config.ts';
import { attachDevice, type AttachedDevice, type AttachOptions } from './attach-device.ts';
import { detachDevice } from './detach-device.ts';

/**
 * Puts another disc into a cdrom drive of a running domain. A pv or pvh guest has no drive that could be opened, and xl
 * changes those of hvm guests only: here the drive goes with its disc, and comes again with the other one under the
 * same name. When that cannot come up, the drive comes back with the disc that it had.
 *
 * @param disk of type "cdrom"; its `vdev` is that of the drive
 * @throws DOMAIN_NO_DRIVE: it has no such drive; and as `attachDevice` and `detachDevice`
 */
export async function changeDisc(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  disk: Disk,
  options: AttachOptions = {},
): Promise<AttachedDevice> {
  const { vdev } = disk;
  let present: Disk;
  await using hold = await holdDomain(host, domain, options);
  try {
    present = await driveOf(host, domain, disk);
    await requireDisk(host, disk);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `changing the disc of ${domain.name}`,
      hint: 'try again',
    });
  }
  const held = { ...options, hold };
  // One that fails here has kept its drive, or says that it may lose it yet, or half has.
  await detachDevice(host, domain, { vdev }, held);
  try {
    return await attachDevice(host, domain, { disk }, held);
  } catch (thrown) {
    // The signal may have fired; the guest is to have its drive all the same.
    await attachDevice(host, domain, { disk: present }, { hold }).catch((failed: unknown) => {
      // The new disc is there: what has failed is the waiting for the guest.
      if (failed instanceof VmToolsError && failed.code === 'DOMAIN_DEVICE_EXISTS') return;
      throw withoutDrive(thrown, failed, present);
    });
    throw thrown;
  }
}

/** The drive as it is now. @throws DOMAIN_NO_DRIVE */
async function driveOf(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  { vdev, type }: Disk,
): Promise<Disk> {
  const { disks } = await readStoredConfig(host, domain);
  const drives = disks.filter((disk) => disk.type === 'cdrom');
  const names = drives.map((drive) => drive.vdev);
  const noDrive = (message: string, hint: string): VmToolsError =>
    new VmToolsError({ code: 'DOMAIN_NO_DRIVE', kind: 'usage', message, hint, details: { drives: names } });
  if (type !== 'cdrom')
    throw noDrive(
      `a disc is a disk of type cdrom, and ${vdev} is to be none`,
      'write cdrom behind the name of the drive',
    );
  const present = drives.find((disk) => vdevNumber(disk.vdev) === vdevNumber(vdev));
  if (present !== undefined) return present;
  throw noDrive(
    `${domain.name} has no cdrom drive ${vdev}`,
    names.length === 0
      ? 'it has none: attach one, without --change'
      : `name one that it has: ${names.join(', ')}`,
  );
}

function withoutDrive(thrown: unknown, failed: unknown, { vdev, target }: Disk): unknown {
  if (!(thrown instanceof VmToolsError)) return thrown;
  return thrown.with({
    leftovers: [
      ...thrown.leftovers,
      `no drive ${vdev}: the one with ${target || 'no disc'} did not come back: ${messageOf(failed)}`,
    ],
  });
}
