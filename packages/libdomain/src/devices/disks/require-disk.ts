import { open } from 'node:fs/promises';
import { VmToolsError } from '@vm-tools/errors';
import { backendTypeOf, BLOCK_SCRIPT, type Disk } from '../../config/devices/disk.ts';
import { isHere } from '../../config/devices/is-here.ts';
import type { Host } from '../../host.ts';
import { requireScript } from '../hotplug/require-script.ts';
import { requireTargetFree } from './disk-users.ts';

/** The first bytes of an image, by its format; of the others qemu knows more. */
const MAGIC: Readonly<Partial<Record<Disk['format'], string>>> = {
  qcow2: 'QFI\u00fb',
  qcow: 'QFI\u00fb',
  qed: 'QED\u0000',
};
const MAGIC_BYTES = 4;

/**
 * Looks at what a disk is to be made of, before there is a domain: Xen's script succeeds where there is neither a file
 * nor a device, and the guest then waits for a disk that never comes.
 *
 * @throws DOMAIN_DISK_MISSING, DOMAIN_DISK_INVALID, DOMAIN_DISK_BUSY, DOM0_SCRIPT_MISSING of kind usage
 */
export async function requireDisk(host: Host, disk: Disk): Promise<void> {
  const { target, format, script } = disk;
  if (!isHere(disk)) return; // only a driver domain can see its own targets
  if (backendTypeOf(disk) === 'phy') await requireScript(host, script ?? BLOCK_SCRIPT);
  if (target === '' || script !== undefined) return; // only a script knows what its words mean
  const facts = await host.dom0.lookAt(target);
  if (facts.is === 'absent') throw missing(disk);
  if (facts.is === 'other') throw invalid(disk, 'it is neither a file nor a block device');
  if (facts.bytes === 0) throw invalid(disk, 'it is empty');
  const magic = MAGIC[format];
  if (facts.is === 'file' && magic !== undefined && (await firstBytes(target)) !== magic)
    throw invalid(disk, `it is no ${format} image`);
  await requireTargetFree(host, { target, isWritable: disk.access === 'rw' });
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function missing({ target, vdev }: Disk): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_DISK_MISSING',
    kind: 'usage',
    message: `there is nothing at ${target}, of which the disk ${vdev} is to be made`,
    hint: `create it, or correct the path: truncate -s 10G ${target}`,
    details: { target, vdev },
  });
}

function invalid({ target, vdev, format }: Disk, why: string): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_DISK_INVALID',
    kind: 'usage',
    message: `no disk ${vdev} can be made of ${target}: ${why}`,
    hint: 'name a file or a block device that holds a disk, and its format',
    details: { target, vdev, format },
  });
}
