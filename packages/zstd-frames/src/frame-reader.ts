import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { VmToolsError } from '@vm-tools/errors';
import { damaged, isOfCodec } from './expand.ts';
import type { FrameTable, TableFile } from './frame-table.ts';

/** A frame is expanded as a whole, and some of them are held: `compressFrames` makes them of 1 MiB. */
const MOST_FRAME_BYTES = 8 * 2 ** 20;
const HELD_FRAMES = 4;
/** Node's thread pool has four threads, and files are read there, too. */
const MOST_AT_ONCE = 3;
/** Node takes no less. */
const LEAST_CHUNK_BYTES = 64;

const expand = promisify(zstdDecompress);

/**
 * Any byte of what a file with a table stands for, by expanding the frame that it lies in. It believes the table: a
 * reader of all frames in their order (`expandFrames`) does not need it.
 */
export class FrameReader {
  readonly #file: TableFile;
  readonly #frames: FrameTable['frames'];
  /** where each frame begins: in the file, and in what all of them stand for */
  readonly #packedStarts: Float64Array;
  readonly #plainStarts: Float64Array;
  /** expanded ones by their numbers, the one used last at the end */
  readonly #held = new Map<number, Promise<Buffer>>();
  /** bytes that all frames stand for */
  readonly bytes: number;

  private constructor(file: TableFile, { frames, plainBytes }: FrameTable) {
    this.#file = file;
    this.#frames = frames;
    this.bytes = plainBytes;
    this.#packedStarts = new Float64Array(frames.length);
    this.#plainStarts = new Float64Array(frames.length);
    let [packedAt, plainAt] = [0, 0];
    for (const [index, { packed, plain }] of frames.entries()) {
      this.#packedStarts[index] = packedAt;
      this.#plainStarts[index] = plainAt;
      packedAt += packed;
      plainAt += plain;
    }
  }

  /** A reader of this file; undefined where a frame is so large (8 MiB) that to expand all of it for a byte makes no sense. */
  static of(file: TableFile, table: FrameTable): FrameReader | undefined {
    const isLarge = table.frames.some(({ packed, plain }) => Math.max(packed, plain) > MOST_FRAME_BYTES);
    return isLarge ? undefined : new FrameReader(file, table);
  }

  /**
   * Reads at most as much as there is room for, and no further than to the end of a frame; 0 at the end.
   *
   * @throws VmToolsError ZSTD_CORRUPT (corrupt) when the frame is damaged or is not what the table says; what the file
   *   rejects with
   */
  async read(into: Buffer, position: number): Promise<number> {
    if (position >= this.bytes) return 0;
    const index = this.#frameAt(position);
    const plain = await this.#expanded(index);
    return plain.copy(into, 0, position - this.#plainStart(index));
  }

  /**
   * All that the frames stand for, in their order, several of them expanded at once. A frame that is equal to the one
   * before is not expanded again: most of most guests is zeros. A piece may be the same memory as the one before.
   *
   * @throws VmToolsError as `read` does
   */
  async *inOrder(): AsyncGenerator<Buffer, void> {
    const atOnce = Math.min(MOST_AT_ONCE, availableParallelism());
    const underWay: Promise<Buffer>[] = [];
    let last:
      { readonly packed: Buffer; readonly bytes: number; readonly plain: Promise<Buffer> } | undefined;
    for (const [index, { plain: bytes }] of this.#frames.entries()) {
      const packed = await this.#packed(index);
      if (last?.bytes !== bytes || !last.packed.equals(packed))
        last = { packed, bytes, plain: this.#plain(index, packed) };
      last.plain.catch(() => undefined); // the reader comes to it later
      underWay.push(last.plain);
      if (underWay.length > atOnce) yield await (underWay.shift() as Promise<Buffer>);
    }
    for (const plain of underWay) yield await plain;
  }

  /** The last frame that begins at this byte or before, which is none of those without any. */
  #frameAt(position: number): number {
    let [low, high] = [0, this.#frames.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#plainStart(middle) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #plainStart(index: number): number {
    return this.#plainStarts[index] ?? 0;
  }

  #expanded(index: number): Promise<Buffer> {
    const expanded = this.#held.get(index) ?? this.#expand(index);
    this.#held.delete(index);
    this.#held.set(index, expanded);
    const [oldest] = this.#held.keys();
    if (this.#held.size > HELD_FRAMES && oldest !== undefined) this.#held.delete(oldest);
    return expanded;
  }

  async #expand(index: number): Promise<Buffer> {
    return this.#plain(index, await this.#packed(index));
  }

  /** A frame as it lies in the file. */
  async #packed(index: number): Promise<Buffer> {
    const { packed = 0 } = this.#frames[index] ?? {};
    const bytes = Buffer.allocUnsafe(packed);
    for (let filled = 0; filled < packed;) {
      const at = (this.#packedStarts[index] ?? 0) + filled;
      const read = await this.#file.read(bytes.subarray(filled), at);
      if (read === 0) throw untrue(index, this.#plainStart(index), 'the file has become shorter');
      filled += read;
    }
    return bytes;
  }

  /** What a frame stands for. */
  async #plain(index: number, bytes: Buffer): Promise<Buffer> {
    const { plain = 0 } = this.#frames[index] ?? {};
    const offset = this.#plainStart(index);
    // In one piece: Node would put many together.
    const sizes = { maxOutputLength: Math.max(1, plain), chunkSize: Math.max(LEAST_CHUNK_BYTES, plain) };
    const expanded = await expand(bytes, sizes).catch((thrown: unknown) => {
      if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
        throw untrue(index, offset, `it stands for more than the ${plain} bytes that the table says`);
      throw isOfCodec(thrown) ? damaged(thrown, offset) : thrown;
    });
    if (expanded.length === plain) return expanded;
    throw untrue(index, offset, `it stands for ${expanded.length} bytes, and for ${plain} as the table says`);
  }
}

function untrue(frame: number, offset: number, reason: string): VmToolsError {
  return new VmToolsError({
    code: 'ZSTD_CORRUPT',
    kind: 'corrupt',
    message: `frame ${frame}, from byte ${offset} of what the frames stand for: ${reason}`,
    hint: 'expand the file with zstd -d, which does not need the table, or take another copy of it',
    details: { frame, offset },
  });
}
