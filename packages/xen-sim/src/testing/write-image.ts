import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseSize } from '../guest/model/quantity.ts';

const QCOW_HEADER_BYTES = 72;
const CLUSTER_BITS = 16;

/**
 * Makes the image of a disk: a file of so many bytes that takes no room, or the header of a qcow2 image.
 *
 * @param size of the disk: "64M"
 * @returns the path
 */
export async function writeImage(
  path: string,
  size: string,
  format: 'raw' | 'qcow2' = 'raw',
): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await using file = await open(path, 'w');
  if (format === 'raw') await file.truncate(parseSize(size));
  else await file.write(qcowHeader(parseSize(size)));
  return path;
}

/** Version 2, without any cluster. */
function qcowHeader(bytes: number): Buffer {
  const header = Buffer.alloc(QCOW_HEADER_BYTES);
  header.write('QFI\xfb', 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(CLUSTER_BITS, 20);
  header.writeBigUInt64BE(BigInt(bytes), 24);
  return header;
}
