import { asBuffer } from '../bytes.ts';
import { corrupt, streamError, type StreamPlace } from '../error.ts';
import { notOurs } from '../foreign.ts';

/**
 * The two headers of a libxc stream. The image header is big endian, always; the rest is what its options say.
 *
 *     0           8        12        16        18        24
 *     +-----------+--------+---------+---------+---------+
 *     | ff … ff   | "XENF" | version | options | 0       |   image header
 *     +-----------+--------+---------+---------+---------+
 *     24       28           30   32          36          40
 *     +--------+------------+----+-----------+-----------+
 *     | type   | page shift | 0  | Xen major | Xen minor |   domain header
 *     +--------+------------+----+-----------+-----------+
 */
export const IMAGE_HEADER_BYTES = 24;
/** Of the header of a libxc stream: image header and domain header. */
export const LIBXC_HEADER_BYTES = 40;

const MAGIC = Buffer.from('ffffffffffffffff58454e46', 'hex');
const OPTION_BIG_ENDIAN = 1;
const PAGE_SHIFT = 12;
const DOMAIN_TYPE = { pv: 1, hvm: 2 } as const;

/** The header of a libxc stream. */
export interface LibxcHeader {
  readonly version: 2 | 3;
  /** How libxc saved it. PVH is `hvm`: only the configuration can tell the two apart. */
  readonly type: 'pv' | 'hvm';
  /** Version of the Xen that it was saved on; 0 if convert-legacy-stream wrote it. */
  readonly xenMajor: number;
  readonly xenMinor: number;
}

/** The header of a libxc stream, 40 bytes. */
export function encodeLibxcHeader(header: LibxcHeader): Uint8Array {
  const bytes = Buffer.alloc(LIBXC_HEADER_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt32BE(header.version, 12);
  bytes.writeUInt32LE(DOMAIN_TYPE[header.type], 24);
  bytes.writeUInt16LE(PAGE_SHIFT, 28);
  bytes.writeUInt32LE(header.xenMajor, 32);
  bytes.writeUInt32LE(header.xenMinor, 36);
  return bytes;
}

/** Throws unless these bytes, which may be less than a header, can be the beginning of a libxc stream. */
export function checkLibxcMagic(bytes: Buffer, offset: number): void {
  if (bytes.length < MAGIC.length || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw notOurs(bytes, MAGIC, { offset, record: 'libxc image header' });
  }
}

/** Checks the first 24 bytes. */
export function parseImageHeader(bytes: Buffer, offset: number): 2 | 3 {
  checkLibxcMagic(bytes, offset);
  const place: StreamPlace = { offset, record: 'libxc image header' };
  const version = bytes.readUInt32BE(12);
  if (version !== 2 && version !== 3) {
    throw streamError('STREAM_UNSUPPORTED', `version ${version} is neither 2 nor 3`, place);
  }
  const options = bytes.readUInt16BE(16);
  if ((options & ~OPTION_BIG_ENDIAN) !== 0) throw corrupt(`unknown options 0x${options.toString(16)}`, place);
  if (options !== 0) throw streamError('STREAM_UNSUPPORTED', 'it was written by a big endian host', place);
  if (bytes.readUInt16BE(18) !== 0 || bytes.readUInt32BE(20) !== 0)
    throw corrupt('reserved bits are set', place);
  return version;
}

/** Checks the 40 bytes of both headers. */
export function parseLibxcHeader(bytes: Uint8Array, offset = 0): LibxcHeader {
  const buffer = asBuffer(bytes);
  const version = parseImageHeader(buffer, offset);
  const place: StreamPlace = { offset: offset + IMAGE_HEADER_BYTES, record: 'libxc domain header' };
  const type = buffer.readUInt32LE(24);
  if (type !== DOMAIN_TYPE.pv && type !== DOMAIN_TYPE.hvm) {
    throw corrupt(`domain type ${type} is neither x86 PV nor x86 HVM`, place);
  }
  const pageShift = buffer.readUInt16LE(28);
  if (pageShift !== PAGE_SHIFT) throw corrupt(`page shift ${pageShift} is not ${PAGE_SHIFT}`, place);
  if (buffer.readUInt16LE(30) !== 0) throw corrupt('reserved bits are set', place);
  return {
    version,
    type: type === DOMAIN_TYPE.pv ? 'pv' : 'hvm',
    xenMajor: buffer.readUInt32LE(32),
    xenMinor: buffer.readUInt32LE(36),
  };
}
