import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { encodeFrameTable, type FrameSizes } from './frame-table.ts';

const FRAME_BYTES = 2 ** 20;
/** Room for a frame that cannot be compressed: into less, Node lets zstd write piece by piece. */
const CHUNK_BYTES = FRAME_BYTES + 2 ** 13;
/** Node's thread pool has four threads, and files are written there, too. */
const MOST_AT_ONCE = 3;

/** How it is compressed. */
export interface CompressOptions {
  /** 1 is fast, 19 is small. @default 1 */
  readonly level?: number | undefined;
  /** Told of each frame, in order, before it is handed out. */
  readonly onFrame?: ((sizes: FrameSizes) => void) | undefined;
}

const compress = promisify(zstdCompress);

interface PackedFrame {
  readonly bytes: Buffer;
  /** how many bytes it stands for */
  readonly plain: number;
}

/**
 * Bytes in, zstd out: a frame for each MiB, several of them compressed at once, and the table of them in the end. A
 * frame holds the checksum of what it stands for.
 *
 * @param plain its pieces may be written again as soon as the next one is asked for
 */
export async function* compressFrames(
  plain: AsyncIterable<Uint8Array>,
  { level = 1, onFrame }: CompressOptions = {},
): AsyncGenerator<Buffer, void> {
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
  const options = { params, chunkSize: CHUNK_BYTES };
  const atOnce = Math.min(MOST_AT_ONCE, availableParallelism());
  const sizes: FrameSizes[] = [];
  const underWay: Promise<PackedFrame>[] = [];
  // One for each frame under way, and one that is being filled: no memory is taken for a piece.
  const spare: Buffer<ArrayBuffer>[] = [];
  let frame: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(FRAME_BYTES);
  let filled = 0;

  // Most of most guests is zeros: one frame of them is compressed, and stands for all.
  let zeros: Promise<Buffer> | undefined;

  const pack = async (full: Buffer<ArrayBuffer>, used: number): Promise<PackedFrame> => {
    const isZeros = used === FRAME_BYTES && isZero(full);
    const bytes = await (isZeros
      ? (zeros ??= compress(full, options))
      : compress(full.subarray(0, used), options));
    spare.push(full);
    return { bytes, plain: used };
  };
  const begin = (): void => {
    const packed = pack(frame, filled);
    packed.catch(() => undefined); // the reader comes to it later
    underWay.push(packed);
    filled = 0;
  };
  const next = async (): Promise<Buffer> => {
    const { bytes, plain: stoodFor } = await (underWay.shift() as Promise<PackedFrame>);
    const frameSizes = { packed: bytes.length, plain: stoodFor };
    sizes.push(frameSizes);
    onFrame?.(frameSizes);
    return bytes;
  };

  for await (const piece of plain) {
    for (let from = 0; from < piece.length;) {
      const part = piece.subarray(from, from + FRAME_BYTES - filled);
      frame.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < FRAME_BYTES) break;
      begin();
      while (underWay.length > atOnce) yield await next();
      frame = spare.pop() ?? Buffer.allocUnsafeSlow(FRAME_BYTES);
    }
  }
  if (filled > 0) begin();
  while (underWay.length > 0) yield await next();
  yield encodeFrameTable(sizes);
}

/** By what the engine brings along: a loop is slow before it is compiled. */
function isZero(frame: Buffer): boolean {
  return frame[0] === 0 && frame.compare(frame, 1, frame.length, 0, frame.length - 1) === 0;
}
