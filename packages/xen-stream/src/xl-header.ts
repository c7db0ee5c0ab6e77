import type { ByteReader } from './byte-reader.ts';
import { corrupt, streamError, type StreamPlace } from './error.ts';
import { notOurs } from './foreign.ts';

/**
 * What `xl save` writes before the stream (tools/xl/xl.h), little endian on x86:
 *
 *     0                      32           36         40         44            48
 *     +----------------------+------------+----------+----------+-------------+-------------------------+
 *     | "Xen saved domain, … | 0x01020304 | mandatory| optional | length of   | config length | config  |
 *     |  xl format\n \0 \r"  |            | flags    | flags    | optional data \0 | tail               |
 *     +----------------------+------------+----------+----------+-------------+-------------------------+
 *
 * The config's length counts its NUL. xl skips whatever follows the config in the optional data: our tail is there.
 */
const MAGIC = Buffer.from('Xen saved domain, xl format\n \0 \r', 'latin1');
const HEADER_BYTES = 48;
const BYTE_ORDER = 0x01020304;
const BYTE_ORDER_SWAPPED = 0x04030201;
const FLAG_JSON_CONFIG = 1;
const FLAG_STREAM_V2 = 2;

/** A configuration that is longer is refused: nothing of an image is kept in memory but this. */
export const XL_CONFIG_MAX_BYTES = 1024 * 1024;
/** Config and tail together. */
const XL_OPTIONAL_DATA_MAX_BYTES = 2 * XL_CONFIG_MAX_BYTES;

/** The header of a saved file of xl. */
export interface XlHeader {
  /** The domain's configuration as libxl's JSON; it has not been parsed. */
  readonly configJson: string;
  /** The bytes behind the config in the optional data. */
  readonly tail: Buffer;
}

/** The header of a saved file of xl, with the configuration. */
export function encodeXlHeader(configJson: string, tail: Uint8Array = Buffer.alloc(0)): Uint8Array {
  const config = Buffer.from(`${configJson}\0`);
  const fixed = Buffer.alloc(HEADER_BYTES + 4);
  MAGIC.copy(fixed);
  fixed.writeUInt32LE(BYTE_ORDER, 32);
  fixed.writeUInt32LE(FLAG_JSON_CONFIG | FLAG_STREAM_V2, 36);
  fixed.writeUInt32LE(4 + config.length + tail.length, 44);
  fixed.writeUInt32LE(config.length, 48);
  return Buffer.concat([fixed, config, tail]);
}

/** Reads the header and its optional data; the libxl stream comes next. */
export async function readXlHeader(reader: ByteReader): Promise<XlHeader> {
  const place: StreamPlace = { offset: reader.offset, record: 'xl header' };
  const fixed = await reader.readUpTo(HEADER_BYTES);
  if (fixed.length < MAGIC.length || !fixed.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw notOurs(fixed, MAGIC, place);
  }
  if (fixed.length < HEADER_BYTES) throw streamError('STREAM_TRUNCATED', 'the bytes end within it', place);
  checkByteOrder(fixed.readUInt32LE(32), place);
  checkFlags(fixed.readUInt32LE(36), place);
  return readOptionalData(reader, fixed.readUInt32LE(44));
}

function checkByteOrder(byteOrder: number, place: StreamPlace): void {
  if (byteOrder === BYTE_ORDER_SWAPPED) {
    throw streamError('STREAM_UNSUPPORTED', 'it was written by a big endian host', place);
  }
  if (byteOrder !== BYTE_ORDER) throw corrupt('its byte order mark is broken', place);
}

function checkFlags(flags: number, place: StreamPlace): void {
  const unknown = (flags & ~(FLAG_JSON_CONFIG | FLAG_STREAM_V2)) >>> 0;
  if (unknown !== 0) {
    throw streamError(
      'STREAM_UNSUPPORTED',
      `it has the unknown mandatory flags 0x${unknown.toString(16)}`,
      place,
    );
  }
  if ((flags & FLAG_STREAM_V2) === 0) {
    throw streamError('STREAM_FOREIGN', 'this is a legacy xl stream, as Xen 4.5 and older wrote it', place, {
      hint: 'convert it with convert-legacy-stream of xen-utils',
    });
  }
  if ((flags & FLAG_JSON_CONFIG) === 0) {
    throw streamError('STREAM_UNSUPPORTED', 'it holds no configuration as JSON', place);
  }
}

async function readOptionalData(reader: ByteReader, length: number): Promise<XlHeader> {
  const place: StreamPlace = { offset: reader.offset, record: 'xl optional data' };
  if (length > XL_OPTIONAL_DATA_MAX_BYTES) {
    throw streamError('STREAM_TOO_LARGE', `${length} bytes are beyond ${XL_OPTIONAL_DATA_MAX_BYTES}`, place);
  }
  const data = await reader.readExactly(length, place.record);
  if (length < 4) throw corrupt('it holds no configuration', place);
  const configBytes = data.readUInt32LE(0);
  if (configBytes > length - 4)
    throw corrupt(`a config of ${configBytes} bytes does not fit in ${length}`, place);
  if (configBytes > XL_CONFIG_MAX_BYTES) {
    throw streamError(
      'STREAM_TOO_LARGE',
      `a config of ${configBytes} bytes is beyond ${XL_CONFIG_MAX_BYTES}`,
      place,
    );
  }
  const configJson = decodeConfig(data.subarray(4, 4 + configBytes), { ...place, record: 'xl config' });
  return { configJson, tail: data.subarray(4 + configBytes) };
}

function decodeConfig(bytes: Buffer, place: StreamPlace): string {
  const withoutNul = bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes;
  if (withoutNul.length === 0) throw corrupt('it is empty', place);
  if (withoutNul.includes(0)) throw corrupt('there is a NUL within it', place);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(withoutNul);
  } catch {
    throw corrupt('it is not UTF-8', place);
  }
}
