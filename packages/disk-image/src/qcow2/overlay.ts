import { HEADER_BYTES, QCOW_MAGIC } from './header.ts';

const VERSION = 3;
const CLUSTER_BITS = 16;
const CLUSTER_BYTES = 2 ** CLUSTER_BITS;
/** A reference count has 2^4 bits, which is what qemu writes. */
const REFCOUNT_ORDER = 4;
const ENTRY_BYTES = 8;
/** So much of a disk is behind one entry of the first table. */
const BYTES_OF_ENTRY = (CLUSTER_BYTES / ENTRY_BYTES) * CLUSTER_BYTES;
/** The end of what can be written here; a table of a MiB then. */
export const MAX_DISK_BYTES = 64 * 1024 ** 4;
const SECTOR_BYTES = 512;
/** Types of what follows the header. */
const BACKING_FORMAT = 0xe2792aca;
const END = 0;
/** qemu takes no longer one. */
const MAX_BACKING_PATH_BYTES = 1023;

/** Where things are: each takes whole clusters, and they follow one another. */
const REFCOUNT_TABLE = CLUSTER_BYTES;
const REFCOUNT_BLOCK = 2 * CLUSTER_BYTES;
const FIRST_TABLE = 3 * CLUSTER_BYTES;

/** An empty image on top of another one: what it was not given is read from there. */
export interface Overlay {
  readonly virtualBytes: number;
  /** absolute, so that no word before a colon is taken for a protocol */
  readonly backingPath: string;
  /** It is written down, because a guest could write into a raw image what looks like another format. */
  readonly backingFormat: 'raw' | 'qcow2';
}

/**
 * The bytes of such a qcow2 image.
 *
 * @throws RangeError for a size or path that it cannot have
 */
export function qcow2Overlay({ virtualBytes, backingPath, backingFormat }: Overlay): Buffer {
  if (virtualBytes <= 0 || virtualBytes > MAX_DISK_BYTES || virtualBytes % SECTOR_BYTES !== 0)
    throw new RangeError(`a disk of ${virtualBytes} bytes`);
  const path = Buffer.from(backingPath, 'utf8');
  if (!backingPath.startsWith('/') || path.length > MAX_BACKING_PATH_BYTES || path.includes(0))
    throw new RangeError(`the path ${backingPath}`);

  const entries = Math.ceil(virtualBytes / BYTES_OF_ENTRY);
  const tableClusters = Math.ceil((entries * ENTRY_BYTES) / CLUSTER_BYTES);
  const clusters = FIRST_TABLE / CLUSTER_BYTES + tableClusters;
  const image = Buffer.alloc(clusters * CLUSTER_BYTES);

  const extensions = Buffer.concat([
    extension(BACKING_FORMAT, Buffer.from(backingFormat, 'latin1')),
    extension(END, Buffer.alloc(0)),
  ]);
  const pathAt = HEADER_BYTES + extensions.length;
  image.writeUInt32BE(QCOW_MAGIC, 0);
  image.writeUInt32BE(VERSION, 4);
  image.writeBigUInt64BE(BigInt(pathAt), 8);
  image.writeUInt32BE(path.length, 16);
  image.writeUInt32BE(CLUSTER_BITS, 20);
  image.writeBigUInt64BE(BigInt(virtualBytes), 24);
  image.writeUInt32BE(entries, 36);
  image.writeBigUInt64BE(BigInt(FIRST_TABLE), 40);
  image.writeBigUInt64BE(BigInt(REFCOUNT_TABLE), 48);
  image.writeUInt32BE(1, 56); // its clusters
  image.writeUInt32BE(REFCOUNT_ORDER, 96);
  image.writeUInt32BE(HEADER_BYTES, 100);
  extensions.copy(image, HEADER_BYTES);
  path.copy(image, pathAt);

  image.writeBigUInt64BE(BigInt(REFCOUNT_BLOCK), REFCOUNT_TABLE);
  for (let cluster = 0; cluster < clusters; cluster++) image.writeUInt16BE(1, REFCOUNT_BLOCK + 2 * cluster);
  return image;
}

/** Type, length and content, padded to eight bytes. */
function extension(type: number, content: Buffer): Buffer {
  const bytes = Buffer.alloc(8 + Math.ceil(content.length / 8) * 8);
  bytes.writeUInt32BE(type, 0);
  bytes.writeUInt32BE(content.length, 4);
  content.copy(bytes, 8);
  return bytes;
}
