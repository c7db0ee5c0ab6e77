import { constants, open, realpath } from 'node:fs/promises';
import { VmToolsError } from '@vm-tools/errors';
import { imageRefused, imageUnreadable } from './errors.ts';
import { foreignFormat, LOOKED_AT_BYTES } from './foreign-format.ts';
import { parseQcow2, QCOW_MAGIC, type Qcow2Header } from './qcow2/header.ts';
import { MAX_DISK_BYTES } from './qcow2/overlay.ts';

/** No system starts from less. */
const LEAST_BYTES = 1024 ** 2;
const SECTOR_BYTES = 512;
const FLATTEN =
  'qemu-img convert -O qcow2 FILE NEW makes one that needs no other file; do so only if you trust it';

/** An image on which guests can be put. */
export interface DiskImage {
  /** absolute, and without links: what a link leads to may change under a guest */
  readonly path: string;
  readonly format: 'raw' | 'qcow2';
  /** the size of the disk that a guest sees, in whole sectors */
  readonly virtualBytes: number;
}

/**
 * Looks at the image that a guest is to be put on. One that names another file is refused: whoever made it would have
 * chosen which file of this host its guest can read.
 *
 * @throws VmToolsError DISK_IMAGE_UNREADABLE, DISK_IMAGE_REFUSED
 */
export async function inspectImage(given: string): Promise<DiskImage> {
  const { path, start, bytes } = await look(given);
  const isQcow = start.length >= 8 && start.readUInt32BE(0) === QCOW_MAGIC;
  if (isQcow) return { path, format: 'qcow2', virtualBytes: sizeOf(path, parseQcow2(start)) };
  const foreign = foreignFormat(start);
  if (foreign !== undefined)
    throw imageRefused(
      path,
      `it is ${foreign}`,
      'name a raw or a qcow2 image; qemu-img convert makes one of most others',
    );
  if (bytes < LEAST_BYTES)
    throw imageRefused(path, 'it is too small for a disk', 'look whether it was downloaded to its end');
  if (bytes > MAX_DISK_BYTES) throw imageRefused(path, 'it is larger than 64 TiB', 'name a smaller one');
  return { path, format: 'raw', virtualBytes: wholeSectors(bytes) };
}

interface Looked {
  readonly path: string;
  readonly start: Buffer;
  readonly bytes: number;
}

async function look(given: string): Promise<Looked> {
  try {
    const path = await realpath(given);
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile())
      throw imageRefused(given, 'it is no file', 'name a file with a raw or a qcow2 image');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT_BYTES), 0, LOOKED_AT_BYTES, 0);
    return { path, start: buffer.subarray(0, bytesRead), bytes: found.size };
  } catch (thrown) {
    throw thrown instanceof VmToolsError ? thrown : imageUnreadable(given, thrown);
  }
}

/** @returns the size of the disk of a sound qcow2 image that stands alone */
function sizeOf(path: string, header: Qcow2Header | undefined): number {
  const refused = (why: string, hint: string): Error => imageRefused(path, why, hint);
  if (header === undefined)
    throw refused('it is of a version of qcow that is not known here', 'convert it with qemu-img');
  const { virtualBytes } = header;
  if (header.hasBackingFile) throw refused('it names a backing file, which its guest could read', FLATTEN);
  if (header.hasDataFile)
    throw refused('it names a data file, which its guest could read and write', FLATTEN);
  if (header.isEncrypted) throw refused('it is encrypted', 'convert it to one that is not');
  if (header.isCorrupt)
    throw refused('it says of itself that it is damaged', 'look at it with qemu-img check');
  if (header.unknownFeatures !== 0n)
    throw refused('it has features that are not known here', 'convert it with qemu-img');
  if (virtualBytes < LEAST_BYTES || virtualBytes > MAX_DISK_BYTES)
    throw refused(`its disk is of ${virtualBytes} bytes`, 'look at it with qemu-img info');
  return wholeSectors(Number(virtualBytes));
}

function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;
}
