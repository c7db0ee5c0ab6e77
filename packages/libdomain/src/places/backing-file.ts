import { constants, open } from 'node:fs/promises';
import { NAMING_BYTES, otherFilesOf } from '@vm-tools/disk-image';
import type { Disk } from '../config/devices/disk.ts';

const QED_MAGIC = 0x51454400;
/** The bit of its features that says so. */
const QED_HAS_BACKING = 1n;

/**
 * The other file that an image names in its header, which qemu would open as well, as root. An image whose header cannot
 * be read is reported when the disk is made.
 *
 * @returns what it names, as the rest of a clause; undefined if it names nothing
 */
export async function fileNamedIn({
  target,
  format,
}: Pick<Disk, 'target' | 'format'>): Promise<string | undefined> {
  if (format === 'raw' || format === 'empty' || format === 'vhd') return undefined;
  const header = await readHeader(target);
  if (header === undefined) return undefined;
  if (format === 'qed')
    return header.readUInt32BE(0) === QED_MAGIC && (header.readBigUInt64LE(16) & QED_HAS_BACKING) !== 0n
      ? 'a backing file'
      : undefined;
  const named = otherFilesOf(header);
  if (named?.hasBackingFile) return 'a backing file';
  return named?.hasDataFile ? 'a data file' : undefined;
}

async function readHeader(path: string): Promise<Buffer | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer } = await file.read(Buffer.alloc(NAMING_BYTES), 0, NAMING_BYTES, 0);
    return buffer;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
