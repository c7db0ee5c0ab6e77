import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdDecompress } from 'node:zlib';
import { messageOf, VmToolsError } from '@vm-tools/errors';

/** So many bytes tell whether something is zstd. */
export const ZSTD_MAGIC_BYTES = 4;
const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const PIECE_BYTES = 2 ** 18;
/** log2 of the memory that a stream may ask its reader for: as much as `zstd` itself allows without being asked. */
const MOST_WINDOW_LOG = 27;

/**
 * Whether something begins as zstd does, with a frame or with one that readers skip.
 *
 * @param head at least the first four bytes; fewer are not zstd
 */
export function isZstd(head: Uint8Array): boolean {
  if (head.length < ZSTD_MAGIC_BYTES) return false;
  const magic = Buffer.from(head.buffer, head.byteOffset, head.length).readUInt32LE();
  return magic === FRAME_MAGIC || (magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC;
}

/**
 * zstd in, what it stands for out. What follows the last frame is ignored.
 *
 * @param packed destroyed when the reader stops before the end
 * @throws VmToolsError ZSTD_CORRUPT (corrupt) when the bytes are damaged, end too soon, or need a window of more than
 *   128 MiB; what `packed` fails with is passed on
 */
export async function* expandFrames(packed: Readable): AsyncGenerator<Buffer, void> {
  const codec = createZstdDecompress({
    chunkSize: PIECE_BYTES,
    params: { [constants.ZSTD_d_windowLogMax]: MOST_WINDOW_LOG },
  });
  // It fails as the codec does, which is read below.
  pipeline(packed, codec).catch(() => undefined);
  let offset = 0;
  try {
    for await (const piece of codec) {
      yield piece as Buffer;
      offset += (piece as Buffer).length;
    }
  } catch (thrown) {
    throw isOfCodec(thrown) ? damaged(thrown, offset) : thrown;
  }
}

/** Whether zstd has said so, and not the reader of its input. */
export function isOfCodec(thrown: unknown): boolean {
  return /^(Z|ZSTD)_/.test(String((thrown as NodeJS.ErrnoException).code));
}

/** @param offset how much was expanded before, bytes */
export function damaged(thrown: unknown, offset: number): VmToolsError {
  const isCut = (thrown as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
  const problem = isCut
    ? 'the compressed bytes end too soon'
    : `the compressed bytes are damaged: ${messageOf(thrown)}`;
  return new VmToolsError({
    code: 'ZSTD_CORRUPT',
    kind: 'corrupt',
    message: `${problem}, behind byte ${offset} of what they stand for`,
    hint: isCut ? 'get the whole of it: the rest is missing' : 'take another copy of it',
    cause: thrown,
    details: { offset },
  });
}
