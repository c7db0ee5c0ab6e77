import { constants, open } from 'node:fs/promises';
import type { Disk } from '../config/devices/disk.ts';

/** As long as the headers that are read. */
const HEADER_BYTES = 80;
const QCOW_MAGIC = 0x514649fb;
const QED_MAGIC = 0x51454400;
/** Bits of features that a reader must know. */
const QED_HAS_BACKING = 1n;
const QCOW2_HAS_DATA_FILE = 4n;

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
  const magic = header.readUInt32BE(0);
  if (format === 'qed')
    return magic === QED_MAGIC && (header.readBigUInt64LE(16) & QED_HAS_BACKING) !== 0n
      ? 'a backing file'
      : undefined;
  if (magic !== QCOW_MAGIC) return undefined;
  if (header.readBigUInt64BE(8) !== 0n) return 'a backing file';
  const hasFeatures = header.readUInt32BE(4) >= 3;
  return hasFeatures && (header.readBigUInt64BE(72) & QCOW2_HAS_DATA_FILE) !== 0n ? 'a data file' : undefined;
}

async function readHeader(path: string): Promise<Buffer | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
