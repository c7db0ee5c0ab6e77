import { VmToolsError } from '@vm-tools/errors';

// A skippable frame at the end of the file: magic, length, an entry for each frame, and a foot by which it is found.
const SKIPPABLE_MAGIC = 0x184d2a5e;
const HEAD_BYTES = 8;
const ENTRY_BYTES = 8;
const FOOT_BYTES = 9;
const FOOT_MAGIC = 0x8f92eab1;
const HAS_CHECKSUMS = 0x80;
const RESERVED = 0x7c;
/** As many as the format allows. */
const MOST_FRAMES = 0x800_0000;
/** As many as are held in memory: 4 TiB in frames of 1 MiB. */
const MOST_HELD_FRAMES = 2 ** 22;

/** The lengths of one frame. */
export interface FrameSizes {
  /** bytes in the file */
  readonly packed: number;
  /** bytes that they stand for */
  readonly plain: number;
}

/** Where each frame lies. */
export interface FrameTable {
  /** bytes that all frames stand for */
  readonly plainBytes: number;
  readonly frames: readonly FrameSizes[];
}

/** A file that can be read at any place. */
export interface TableFile {
  /** Reads at most as much as there is room for; 0 at the end. */
  read(into: Buffer, position: number): Promise<number>;
}

/** The table of these frames, as it stands behind them. */
export function encodeFrameTable(frames: readonly FrameSizes[]): Buffer {
  const body = frames.length * ENTRY_BYTES + FOOT_BYTES;
  const table = Buffer.alloc(HEAD_BYTES + body);
  table.writeUInt32LE(SKIPPABLE_MAGIC, 0);
  table.writeUInt32LE(body, 4);
  let at = HEAD_BYTES;
  for (const { packed, plain } of frames) {
    table.writeUInt32LE(packed, at);
    table.writeUInt32LE(plain, at + 4);
    at += ENTRY_BYTES;
  }
  table.writeUInt32LE(frames.length, at);
  table.writeUInt32LE(FOOT_MAGIC, at + 5);
  return table;
}

/**
 * Reads the table at the end of a file; undefined where there is none, or one of more than four million frames.
 *
 * @param size of the file, bytes
 * @throws VmToolsError ZSTD_CORRUPT (corrupt) when there is one that cannot be true, and what `file` rejects with
 */
export async function readFrameTable(file: TableFile, size: number): Promise<FrameTable | undefined> {
  if (size < HEAD_BYTES + FOOT_BYTES) return undefined;
  const foot = await readExactly(file, size - FOOT_BYTES, FOOT_BYTES);
  if (foot.readUInt32LE(5) !== FOOT_MAGIC) return undefined;
  const count = foot.readUInt32LE(0);
  const flags = foot.readUInt8(4);
  const entryBytes = ENTRY_BYTES + ((flags & HAS_CHECKSUMS) === 0 ? 0 : 4);
  const body = count * entryBytes + FOOT_BYTES;
  const start = size - HEAD_BYTES - body;
  if ((flags & RESERVED) !== 0 || count > MOST_FRAMES || start < 0) throw untrue('its end makes no sense');
  if (count > MOST_HELD_FRAMES) return undefined;
  const table = await readExactly(file, start, HEAD_BYTES + body);
  if (table.readUInt32LE(0) !== SKIPPABLE_MAGIC || table.readUInt32LE(4) !== body) {
    throw untrue('its beginning is not where its end says');
  }
  const frames: FrameSizes[] = [];
  let [packedBytes, plainBytes] = [0, 0];
  for (let at = HEAD_BYTES; frames.length < count; at += entryBytes) {
    const frame = { packed: table.readUInt32LE(at), plain: table.readUInt32LE(at + 4) };
    frames.push(frame);
    packedBytes += frame.packed;
    plainBytes += frame.plain;
  }
  if (packedBytes !== start) throw untrue(`its frames have ${packedBytes} bytes, and the file has ${start}`);
  return { plainBytes, frames };
}

async function readExactly(file: TableFile, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  for (let filled = 0; filled < bytes;) {
    const read = await file.read(buffer.subarray(filled), position + filled);
    if (read === 0) throw untrue('the file has become shorter');
    filled += read;
  }
  return buffer;
}

function untrue(reason: string): VmToolsError {
  return new VmToolsError({
    code: 'ZSTD_CORRUPT',
    kind: 'corrupt',
    message: `the table of the compressed frames is damaged: ${reason}`,
    hint: 'expand the file with zstd -d, which does not need the table, or take another copy of it',
  });
}
