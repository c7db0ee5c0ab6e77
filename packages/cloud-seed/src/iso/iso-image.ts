import { directoryRecord } from './directory-record.ts';
import { both16, both32, SECTOR_BYTES, sectorsOf, volumeTime } from './fields.ts';
import { fileAttributes, folderAttributes, rockRidgeHere } from './rock-ridge.ts';

/** A file of a disc. */
export interface DiscFile {
  /** letters, digits, "-", "_" and "."; at most 64 of them */
  readonly name: string;
  readonly content: Uint8Array;
}

/** A disc with files in its root, and nothing else. */
export interface Disc {
  /** at most 32 bytes; a label in small letters is what genisoimage writes, too */
  readonly label: string;
  /** when it was made */
  readonly at: Date;
  readonly files: readonly DiscFile[];
}

const VOLUME_SECTOR = 16;
const TERMINATOR_SECTOR = 17;
const SMALL_FIRST_TABLE = 18;
const LARGE_FIRST_TABLE = 19;
const ROOT_SECTOR = 20;
/** One folder, the root: a record of the table of folders. */
const TABLE_BYTES = 10;
const NAME = /^[\w.-]{1,64}$/;

/**
 * The bytes of an ISO 9660 image with Rock Ridge, which Linux and the BSDs mount. Equal discs are equal bytes.
 *
 * @throws RangeError for names or a label that it cannot have
 */
export function isoImage(disc: Disc): Buffer {
  const { label, at } = disc;
  if (Buffer.byteLength(label) > 32) throw new RangeError(`the label ${label}`);
  const files = named(disc.files);
  // Only the number of bytes of the root depends on its records, not on where the files are.
  const rootSectors = sectorsOf(rootOf(files, at, 0).length);
  let next = ROOT_SECTOR + rootSectors;
  const placed = files.map((file) => {
    const sector = next;
    next += sectorsOf(file.content.length);
    return { ...file, sector };
  });
  const image = Buffer.alloc(next * SECTOR_BYTES);
  const put = (sector: number, bytes: Uint8Array): void => image.set(bytes, sector * SECTOR_BYTES);
  const rootBytes = rootSectors * SECTOR_BYTES;
  put(VOLUME_SECTOR, volume({ label, at, sectors: next, rootBytes }));
  put(TERMINATOR_SECTOR, descriptor(255));
  put(SMALL_FIRST_TABLE, folderTable(false));
  put(LARGE_FIRST_TABLE, folderTable(true));
  put(ROOT_SECTOR, rootOf(placed, at, rootBytes));
  for (const { sector, content } of placed) put(sector, content);
  return image;
}

interface NamedFile extends DiscFile {
  readonly identifier: string;
  /** none yet: 0 */
  readonly sector: number;
}

/** With names such as ISO 9660 knows, each another, and in their order, as a folder must have them. */
function named(files: readonly DiscFile[]): readonly NamedFile[] {
  const all = files.map(({ name, content }) => {
    if (!NAME.test(name) || name === '.' || name === '..') throw new RangeError(`the name ${name}`);
    const identifier = `${name
      .toUpperCase()
      .replace(/[^A-Z0-9_]/g, '_')
      .slice(0, 26)}.;1`;
    return { name, content, identifier, sector: 0 };
  });
  if (new Set(all.map(({ identifier }) => identifier)).size < all.length)
    throw new RangeError('two names that ISO 9660 cannot tell apart');
  return all.sort((one, other) => Buffer.compare(Buffer.from(one.identifier), Buffer.from(other.identifier)));
}

/** The contents of the root; no record of it crosses the border of a sector. */
function rootOf(files: readonly NamedFile[], at: Date, rootBytes: number): Buffer {
  const itself = { sector: ROOT_SECTOR, bytes: rootBytes, at, isFolder: true };
  const records = [
    directoryRecord({ ...itself, identifier: '\0', systemUse: rockRidgeHere() }),
    directoryRecord({ ...itself, identifier: '\x01', systemUse: folderAttributes() }),
    ...files.map(({ name, identifier, sector, content }) =>
      directoryRecord({
        ...{ identifier, sector, bytes: content.length, at, isFolder: false },
        systemUse: fileAttributes(name),
      }),
    ),
  ];
  const sectors: Buffer[][] = [[]];
  let filled = 0;
  for (const record of records) {
    if (filled + record.length > SECTOR_BYTES) {
      sectors.push([]);
      filled = 0;
    }
    sectors.at(-1)?.push(record);
    filled += record.length;
  }
  return Buffer.concat(sectors.map((some) => Buffer.concat(some, SECTOR_BYTES)));
}

/** The record of the root in the table of folders (9.4), in one of the two orders of bytes. */
function folderTable(isLargeFirst: boolean): Buffer {
  const table = Buffer.alloc(TABLE_BYTES);
  table[0] = 1; // the length of its name, which is a zero
  if (isLargeFirst) table.writeUInt32BE(ROOT_SECTOR, 2);
  else table.writeUInt32LE(ROOT_SECTOR, 2);
  if (isLargeFirst) table.writeUInt16BE(1, 6);
  else table.writeUInt16LE(1, 6);
  return table;
}

interface Volume extends Pick<Disc, 'label' | 'at'> {
  readonly sectors: number;
  readonly rootBytes: number;
}

/** The primary volume descriptor (8.4). */
function volume({ label, at, sectors, rootBytes }: Volume): Buffer {
  const bytes = descriptor(1);
  const put = (offset: number, field: Uint8Array): void => bytes.set(field, offset);
  const blank = (from: number, to: number): unknown => bytes.fill(' ', from, to);
  blank(8, 40);
  put(40, Buffer.from(label.padEnd(32), 'latin1'));
  put(80, both32(sectors));
  put(120, both16(1));
  put(124, both16(1));
  put(128, both16(SECTOR_BYTES));
  put(132, both32(TABLE_BYTES));
  bytes.writeUInt32LE(SMALL_FIRST_TABLE, 140);
  bytes.writeUInt32BE(LARGE_FIRST_TABLE, 148);
  const root = { sector: ROOT_SECTOR, bytes: rootBytes, at, isFolder: true };
  put(156, directoryRecord({ ...root, identifier: '\0', systemUse: Buffer.alloc(0) }));
  blank(190, 813);
  put(813, volumeTime(at));
  put(830, volumeTime(at));
  put(847, volumeTime());
  put(864, volumeTime());
  bytes[881] = 1;
  return bytes;
}

/** What the descriptors of a volume begin with (8.1). */
function descriptor(type: number): Buffer {
  const bytes = Buffer.alloc(SECTOR_BYTES);
  bytes[0] = type;
  bytes.write('CD001', 1, 'latin1');
  bytes[6] = 1;
  return bytes;
}
