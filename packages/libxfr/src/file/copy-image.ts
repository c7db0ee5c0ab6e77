import { once } from 'node:events';
import { PassThrough, Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { abortError, throwIfAborted, type VmToolsError } from '@vm-tools/errors';
import { createLimiter } from '@vm-tools/ratelimit';
import type { FrameSizes } from '@vm-tools/zstd-frames';
import type { Storage } from '../disk/storage.ts';
import type { TransferSummary } from '../events.ts';
import { packed, plain, sparedBy } from '../image/packed.ts';
import type { TransferOptions } from '../options.ts';
import { ProgressReporter } from '../session/progress.ts';
import { openImageBytes, type ImageBytes } from './image-bytes.ts';
import { ImageFile } from './image-file.ts';
import { streamSink } from './stream-sink.ts';

const BUFFER_BYTES = 2 ** 20;

/** What a copy of an image is, and who says that the image is sound. */
export interface CopyImageOptions extends TransferOptions {
  /**
   * Checks the image while it is copied: reads what it has to, and tells where the image ends, bytes from its beginning.
   * When it rejects there is no copy.
   */
  readonly check: (image: ImageBytes) => Promise<number>;
  /** The copy is compressed by zstd in frames, or is not. @default as the image is not */
  readonly compress?: boolean | undefined;
  /** 1 is fast, 19 is small. @default 1 */
  readonly level?: number | undefined;
  /** replace a file of that name, at the end and at once; it may be that of the image. @default false */
  readonly overwrite?: boolean | undefined;
  /** wait for the disk, so that the copy outlives a power cut. @default true */
  readonly durable?: boolean | undefined;
  /** @default the file systems of this machine */
  readonly storage?: Storage | undefined;
}

/** A copy that has been made. */
export interface CopySummary extends Pick<
  TransferSummary,
  'transferred' | 'zeroBytes' | 'sparedBytes' | 'totalTimeMs' | 'throughput'
> {
  /** bytes of the image, expanded */
  readonly imageBytes: number;
  readonly isCompressed: boolean;
  /** whether other bytes follow the image where it was read; the copy does not have them */
  readonly isFollowed: boolean;
}

/**
 * Copies an image into a file of mode 0600, or into a stream that the caller owns, and compresses or expands it. The
 * file gets its name when it is whole, checked and on the disk; after any failure and any abort there is no file. A
 * limiter paces what is really written.
 *
 * @param from a path, or a stream that the caller owns
 * @throws VmToolsError
 *   XFR_FILE_MISSING, XFR_FILE_DENIED, XFR_FILE_TYPE, XFR_FILE_EXISTS (usage), XFR_NO_SPACE (resource), XFR_FILE_IO,
 *   XFR_READER_GONE (failure), ZSTD_CORRUPT (corrupt), INTERRUPTED (interrupted), and whatever `check` rejects with
 */
export async function copyImage(
  from: string | Readable,
  to: string | Writable,
  options: CopyImageOptions,
): Promise<CopySummary> {
  const { check, signal: outer, limiter = createLimiter({ rate: Infinity }) } = options;
  using progress = new ProgressReporter(options.onEvent, options.clock);
  const broken = new AbortController();
  const signal = outer === undefined ? broken.signal : AbortSignal.any([outer, broken.signal]);
  const fail = (thrown: unknown): void => broken.abort(thrown); // the first one counts
  const passed = new PassThrough({ highWaterMark: BUFFER_BYTES });
  passed.on('error', () => undefined); // it may fail before it has a reader
  const onPassed = async (piece: Buffer): Promise<void> => {
    if (!passed.write(piece)) await once(passed, 'drain', { signal });
  };
  let file: ImageFile | undefined;
  let written: Promise<unknown> | undefined;
  try {
    await using image = await openImageBytes(from, { isWhole: true, onPassed, signal });
    await image.size(); // what comes from a pipe is known when something has come
    const isCompressed = options.compress ?? image.packing === undefined;
    progress.setTotal(image.plainBytes ?? 0);
    // How much of it is zeros, and how small it becomes, is not known before.
    if (typeof to === 'string') file = await ImageFile.create(to, { ...options, neededBytes: 0 });
    throwIfAborted(signal, 'copying an image');
    const onWritten = (count: number, zeroBytes = 0): void => progress.add(count, zeroBytes);
    const into =
      file?.writer({ limiter, signal, onWritten, onFailed: fail }) ??
      streamSink(to as Writable, { limiter, signal, onWritten });
    const onFrame = (sizes: FrameSizes): void => progress.spare(sparedBy(sizes));
    const { sink, taken } = isCompressed ? packed(into, { level: options.level, onFrame }) : plain(into);
    written = Promise.all([pipeline(passed, sink), taken]);
    written.catch(fail);
    progress.phase('copying');
    const end = await check(image);
    const isFollowed = await image.finish(end);
    passed.end();
    await written;
    progress.phase('syncing');
    await file?.commit();
    const { transferred, zeroBytes, sparedBytes, totalTimeMs, throughput } = progress.complete({});
    const spared = sparedBytes === undefined ? {} : { sparedBytes };
    const sums = { transferred, zeroBytes, ...spared, totalTimeMs, throughput };
    return { ...sums, imageBytes: end, isCompressed, isFollowed };
  } catch (thrown) {
    const reason = reasonOf(thrown, broken.signal, outer);
    passed.destroy(reason as Error);
    await written?.catch(() => undefined);
    await file?.discard();
    throw reason;
  }
}

/** What has failed first: the others only complain that it is gone. */
function reasonOf(thrown: unknown, broken: AbortSignal, outer: AbortSignal | undefined): unknown {
  if (broken.aborted) return broken.reason as VmToolsError;
  return outer?.aborted === true ? abortError(outer, 'copying an image') : thrown;
}
