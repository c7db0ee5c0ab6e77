import type { ByteReader } from './byte-reader.ts';
import { corrupt, streamError, type StreamPlace } from './error.ts';
import { isPrefixOf, paddedTo8 } from './bytes.ts';

/**
 * The libxl stream (docs/specs/libxl-migration-stream.pandoc) is a header and records. The libxc stream has no frame
 * of its own in it: it simply follows a record LIBXC_CONTEXT without body, and the next record follows its END.
 *
 *     0            8         12        16              24
 *     +------------+---------+---------+---------------+-------------- - - --------------+-------+
 *     | "LibxlFmt" | version | options | LIBXC_CONTEXT | libxc stream, its own END last  | END   |
 *     +------------+---------+---------+---------------+-------------- - - --------------+-------+
 *       big endian, all three            u32 type, u32 length: little endian
 */
const IDENT = Buffer.from('LibxlFmt');
const HEADER_BYTES = 16;
const RECORD_HEADER_BYTES = 8;
/** u32 which device model, u32 which one of them */
const EMULATOR_HEADER_BYTES = 8;
/** The state of qemu has some hundred KiB: memory that it maps is the domain's. */
const EMULATOR_MAX_BYTES = 256 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;
const VERSION = 2;
const OPTION_BIG_ENDIAN = 1;
const OPTION_LEGACY = 2;

const LIBXL_RECORD = {
  END: 0,
  LIBXC_CONTEXT: 1,
  EMULATOR_XENSTORE_DATA: 2,
  EMULATOR_CONTEXT: 3,
  CHECKPOINT_END: 4,
  CHECKPOINT_STATE: 5,
} as const;

type LibxlRecordName = keyof typeof LIBXL_RECORD;

/** Records that other toolstacks write, and that nothing here restores. */
const UNSUPPORTED: Partial<Record<LibxlRecordName, string>> = {
  EMULATOR_XENSTORE_DATA: 'it is state of the device model of an HVM domain',
  EMULATOR_CONTEXT: 'it is state of the device model of an HVM domain',
  CHECKPOINT_END: 'it belongs to a stream of checkpoints (Remus, COLO)',
  CHECKPOINT_STATE: 'it belongs to a stream of checkpoints (COLO)',
};

/** The header of a libxl stream of version 2. */
export function encodeLibxlHeader(): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES);
  IDENT.copy(bytes);
  bytes.writeUInt32BE(VERSION, 8);
  return bytes;
}

/** The libxl record behind which the libxc stream begins. */
export function encodeLibxcContextRecord(): Uint8Array {
  return encodeEmptyRecord(LIBXL_RECORD.LIBXC_CONTEXT);
}

/** The last record of a libxl stream. */
export function encodeLibxlEnd(): Uint8Array {
  return encodeEmptyRecord(LIBXL_RECORD.END);
}

/** Reads the header and LIBXC_CONTEXT; the libxc stream comes next. */
export async function readLibxlHeader(reader: ByteReader): Promise<void> {
  const place: StreamPlace = { offset: reader.offset, record: 'libxl header' };
  const bytes = await reader.readExactly(HEADER_BYTES, place.record);
  if (!isPrefixOf(IDENT, bytes)) throw corrupt('it does not begin with LibxlFmt', place);
  const version = bytes.readUInt32BE(8);
  if (version !== VERSION)
    throw streamError('STREAM_UNSUPPORTED', `version ${version} is not ${VERSION}`, place);
  const options = bytes.readUInt32BE(12);
  if ((options & ~(OPTION_BIG_ENDIAN | OPTION_LEGACY)) !== 0) {
    throw corrupt(`unknown options 0x${options.toString(16)}`, place);
  }
  if ((options & OPTION_BIG_ENDIAN) !== 0) {
    throw streamError('STREAM_UNSUPPORTED', 'it was written by a big endian host', place);
  }
  await readEmptyRecord(reader, 'LIBXC_CONTEXT', 0);
}

/** What may stand between the libxc stream and the END. */
export interface LibxlEndOptions {
  /** State of a device model, as an HVM domain has it: it is passed over. @default false */
  readonly hasDeviceModel?: boolean | undefined;
}

/** Reads the END behind the libxc stream. */
export async function readLibxlEnd(reader: ByteReader, options: LibxlEndOptions = {}): Promise<void> {
  let recordIndex = 1;
  if (options.hasDeviceModel === true) while (await passEmulatorRecord(reader, recordIndex)) recordIndex++;
  await readEmptyRecord(reader, 'END', recordIndex);
}

/** @returns false when the next record is another one, of which nothing has been read then */
async function passEmulatorRecord(reader: ByteReader, recordIndex: number): Promise<boolean> {
  const { offset } = reader;
  const head = await reader.readUpTo(RECORD_HEADER_BYTES);
  const name = head.length < RECORD_HEADER_BYTES ? undefined : nameOf(head.readUInt32LE(0));
  if (name !== 'EMULATOR_XENSTORE_DATA' && name !== 'EMULATOR_CONTEXT') {
    reader.unread(head);
    return false;
  }
  const length = head.readUInt32LE(4);
  const place: StreamPlace = { offset, record: `libxl ${name}`, recordIndex };
  if (length < EMULATOR_HEADER_BYTES)
    throw corrupt(`its length is ${length}, less than ${EMULATOR_HEADER_BYTES}`, place);
  if (length > EMULATOR_MAX_BYTES) {
    const problem = `its length ${length} is beyond ${EMULATOR_MAX_BYTES}`;
    throw streamError('STREAM_TOO_LARGE', problem, place);
  }
  for (let left = paddedTo8(length); left > 0;) {
    const { length: read } = await reader.readExactly(Math.min(left, PIECE_BYTES), place.record);
    left -= read;
  }
  return true;
}

function encodeEmptyRecord(type: number): Uint8Array {
  const bytes = Buffer.alloc(RECORD_HEADER_BYTES);
  bytes.writeUInt32LE(type);
  return bytes;
}

/** libxl, too, refuses every other record here, even one that is marked as optional. */
async function readEmptyRecord(
  reader: ByteReader,
  expected: LibxlRecordName,
  recordIndex: number,
): Promise<void> {
  const { offset } = reader;
  const bytes = await reader.readExactly(RECORD_HEADER_BYTES, `libxl ${expected}`);
  const type = bytes.readUInt32LE(0);
  const name = nameOf(type);
  const place: StreamPlace = {
    offset,
    record: `libxl ${name ?? `type 0x${type.toString(16)}`}`,
    recordIndex,
  };
  if (name !== expected) {
    const unsupported = name === undefined ? undefined : UNSUPPORTED[name];
    if (unsupported !== undefined) throw streamError('STREAM_UNSUPPORTED', unsupported, place);
    throw corrupt(`${expected} was expected`, place);
  }
  const length = bytes.readUInt32LE(4);
  if (length !== 0) throw corrupt(`its length is ${length}, not 0`, place);
}

function nameOf(type: number): LibxlRecordName | undefined {
  const names = Object.keys(LIBXL_RECORD) as LibxlRecordName[];
  return names.find((name) => LIBXL_RECORD[name] === type);
}
