import { addAbortListener } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import { abortError, throwIfAborted, type VmToolsError } from '@vm-tools/errors';
import { FrameReader, readFrameTable } from '@vm-tools/zstd-frames';
import { counted } from '../image/counted.ts';
import { ForwardBytes, type ForwardBytesOptions } from './forward-bytes.ts';
import { openImageFile, type OpenImage } from './image-reader.ts';
import { unpacked } from './unpacked.ts';

/** Behind the end of a compressed image: frames have their checksums behind them. */
const MOST_BEHIND_BYTES = 16 * 2 ** 20;

const DOING = 'reading an image';

/** How an image is opened. */
export interface ImageBytesOptions extends ForwardBytesOptions {
  /**
   * Every byte is read, each once, and all checksums are looked at; or else only what is asked for, where that can be.
   * @default false
   */
  readonly isWhole?: boolean | undefined;
  /** Told of bytes of the file or stream that have been read, as it is: compressed perhaps. */
  readonly onRead?: ((bytes: number) => void) | undefined;
  /** Its abort ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** An image in a file or a stream, to be read as a file is; what is compressed is expanded. */
export interface ImageBytes extends AsyncDisposable {
  /**
   * `zstd-frames` has a table by which any byte is found; `zstd` has none that is used. Known of a stream when something
   * has been read.
   */
  readonly packing: 'zstd-frames' | 'zstd' | undefined;
  /** bytes of the file or stream as it is, of a stream those that have been read */
  readonly storedBytes: number;
  /** bytes that there will be in the end, where that is known */
  readonly plainBytes: number | undefined;
  /** How many bytes there are by now: more than the last time, unless it has ended. */
  size(): Promise<number>;
  /**
   * Reads what there is at this place, up to the length of the buffer. Some are read from their beginning to their end,
   * and do not go back by more than 1 MiB.
   *
   * @throws VmToolsError XFR_FILE_IO (failure), ZSTD_CORRUPT (corrupt)
   */
  read(into: Buffer, position: number): Promise<number>;
  /** Says where the image ends; a compressed one is read on, for its checksums. @returns whether something follows */
  finish(end: number): Promise<boolean>;
}

/**
 * Opens an image, compressed by zstd or not, without looking at what is in it.
 *
 * @param from its path, or a stream that the caller owns
 * @throws VmToolsError XFR_FILE_MISSING, XFR_FILE_DENIED, XFR_FILE_TYPE (usage), XFR_FILE_IO (failure), ZSTD_CORRUPT
 *   (corrupt); INTERRUPTED (interrupted), here and while it is read
 */
export async function openImageBytes(
  from: string | Readable,
  options: ImageBytesOptions = {},
): Promise<ImageBytes> {
  if (typeof from !== 'string') return forward(from, options);
  const file = await openImageFile(from);
  try {
    return (await inPlace(file, options)) ?? (await forward(file, options));
  } catch (thrown) {
    await file[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** By reading what is asked for; undefined where all has to be read. */
async function inPlace(
  file: OpenImage,
  { isWhole, onRead = () => undefined, signal }: ImageBytesOptions,
): Promise<ImageBytes | undefined> {
  const { bytes, isRegular, isPacked } = file;
  if (isWhole === true || !isRegular) return undefined;
  const told = {
    read: async (into: Buffer, position: number) => {
      throwIfAborted(signal, DOING);
      const read = await file.read(into, position);
      onRead(read);
      return read;
    },
  };
  const table = isPacked ? await readFrameTable(told, bytes) : undefined;
  const frames = table && FrameReader.of(told, table);
  if (isPacked && frames === undefined) return undefined;
  const size = frames?.bytes ?? bytes;
  return {
    packing: isPacked ? 'zstd-frames' : undefined,
    storedBytes: bytes,
    plainBytes: size,
    size: () => Promise.resolve(size),
    read: (into, position) => (frames ?? told).read(into, position),
    finish: (end) => Promise.resolve(size > end),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** By reading all of it. */
async function forward(from: OpenImage | Readable, options: ImageBytesOptions): Promise<ImageBytes> {
  const { onRead = () => undefined, onPassed, signal } = options;
  const file = from instanceof Readable ? undefined : from;
  // It only tells how much there will be: when all is read there is no need of it.
  const table =
    file?.isPacked === true ? await readFrameTable(file, file.bytes).catch(() => undefined) : undefined;
  let stored = 0;
  let isPacked = file?.isPacked ?? false;
  let failure: VmToolsError | undefined;
  const stream = from instanceof Readable ? from : from.stream((error) => (failure = error));
  const taken = pipeline(
    stream,
    counted((bytes) => {
      stored += bytes;
      onRead(bytes);
    }),
    () => undefined, // its error comes out of the last one
  );
  taken.on('error', () => undefined); // an abort may come when it has ended
  const listener =
    signal && addAbortListener(signal, () => taken.destroy((failure = abortError(signal, DOING))));
  const bytes = new ForwardBytes(
    unpacked(taken, (found) => (isPacked = found)),
    { onPassed },
  );
  const orFailure = (thrown: unknown): never => {
    throw failure ?? thrown;
  };
  return {
    get packing() {
      if (!isPacked) return undefined;
      return table === undefined ? 'zstd' : 'zstd-frames';
    },
    plainBytes: file?.isRegular === true && !file.isPacked ? file.bytes : table?.plainBytes,
    get storedBytes() {
      return file?.isRegular === true ? file.bytes : stored;
    },
    size: () => bytes.size().catch(orFailure),
    read: (into, position) => bytes.read(into, position).catch(orFailure),
    finish: (end) => bytes.finish(end, isPacked ? MOST_BEHIND_BYTES : 0).catch(orFailure),
    async [Symbol.asyncDispose]() {
      listener?.[Symbol.dispose]();
      taken.destroy();
      await bytes.close();
      await file?.[Symbol.asyncDispose]();
    },
  };
}
