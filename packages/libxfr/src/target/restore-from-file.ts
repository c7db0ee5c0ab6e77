import { pipeline, Readable } from 'node:stream';
import { createLimiter, paced, sliceBytes, type Limiter } from '@vm-tools/ratelimit';
import { FrameReader, readFrameTable, type TableFile } from '@vm-tools/zstd-frames';
import type { TransferSummary } from '../events.ts';
import { openImageFile, type OpenImage } from '../file/image-reader.ts';
import { unpacked } from '../file/unpacked.ts';
import { counted } from '../image/counted.ts';
import { pacedSlices } from '../image/paced-slices.ts';
import type { TransferOptions } from '../options.ts';
import type { Target } from '@vm-tools/ports';
import { bytesIn } from '../protocol/pieces.ts';
import { Attempt } from '../session/attempt.ts';
import { ProgressReporter } from '../session/progress.ts';
import { warnOfLost } from '../session/warn-of-lost.ts';
import { abandonTarget } from './abandon-target.ts';

/**
 * How a guest is brought back from a file. Without a limiter a target that can has a file that others cannot change read
 * by another process, which is many times as fast.
 */
export interface RestoreFromFileOptions extends TransferOptions {
  /** leave it as restored, without `start()`. @default false */
  readonly paused?: boolean | undefined;
}

interface PaceOptions {
  readonly limiter: Limiter;
  readonly signal: AbortSignal;
  readonly onRead: (bytes: number) => void;
}

/**
 * Brings a guest back from a file, or from a stream that the caller owns, compressed by zstd or not. The offer is in the image itself, so the
 * target reads it there and `reserve` is not called. After any failure and any abort nothing of the guest is here; the
 * file is never changed.
 *
 * @throws VmToolsError
 *   XFR_FILE_MISSING, XFR_FILE_DENIED, XFR_FILE_TYPE (usage), XFR_FILE_IO (failure), XFR_FILE_CHANGED (corrupt),
 *   ZSTD_CORRUPT (corrupt), INTERRUPTED (interrupted),
 *   and whatever the target rejects with
 */
export async function restoreFromFile(
  from: string | Readable,
  target: Target,
  options: RestoreFromFileOptions = {},
): Promise<TransferSummary> {
  using progress = new ProgressReporter(options.onEvent, options.clock);
  using attempt = new Attempt(options.signal, 'restoring the guest', { side: 'target', progress });
  const { signal } = attempt;
  signal.throwIfAborted();
  await using file = typeof from === 'string' ? await openImageFile(from) : undefined;
  progress.setTotal(file?.bytes ?? 0);
  progress.phase('receiving');

  const onRead = (bytes: number): void => progress.add(bytes);
  const limiter = options.limiter ?? createLimiter({ rate: Infinity });
  const opened = new AbortController();
  const read = (): AsyncGenerator<Buffer, void> => {
    if (file?.isPacked === false)
      return pacedPieces(
        file.pieces((error) => attempt.fail(error)),
        { limiter, signal, onRead },
      );
    const stream = (): Readable => {
      const bytes = file === undefined ? (from as Readable) : file.stream((error) => attempt.fail(error));
      // An error of one goes to the next, and so to the target, which rejects.
      const taken = pipeline(bytes, counted(onRead), paced(limiter, { signal }), () => undefined);
      opened.signal.addEventListener('abort', () => taken.destroy(), { once: true });
      return taken;
    };
    return file === undefined ? unpacked(stream()) : expanded(file, stream, { limiter, signal, onRead });
  };
  // What is not paced need not come by here.
  const origin = options.limiter === undefined ? file?.origin(onRead) : undefined;
  const pieces = read();
  const stream = Readable.from(copied(pieces), { objectMode: false });
  try {
    await target.restore(stream, { signal, origin, pieces });
    signal.throwIfAborted();
    warnOfLost(progress, target.warnings);
    progress.phase('starting');
    const started = options.paused ? undefined : await target.start();
    return progress.complete({ domid: started?.domid });
  } catch (thrown) {
    const failure = await abandonTarget(target, attempt.cause(thrown));
    throw failure.guest
      ? failure
      : failure.with({ guest: { state: 'not restored, its image is untouched' } });
  } finally {
    opened.abort();
    stream.destroy();
    await target.release?.();
  }
}

/** Pieces at the pace of the limiter, each counted when it is let in. */
async function* pacedPieces(
  pieces: AsyncIterable<Buffer>,
  { limiter, signal, onRead }: PaceOptions,
): AsyncGenerator<Buffer, void> {
  for await (const piece of pieces) {
    for await (const slice of pacedSlices([piece], limiter, signal)) {
      onRead(bytesIn(slice));
      yield* slice;
    }
  }
}

/** What a compressed file stands for: frame by frame where it has a table of them. */
async function* expanded(
  file: OpenImage,
  stream: () => Readable,
  { limiter, signal, onRead }: PaceOptions,
): AsyncGenerator<Buffer, void> {
  const table = await readFrameTable(file, file.bytes).catch(() => undefined);
  let read = 0;
  const paced: TableFile = {
    async read(into, position) {
      signal.throwIfAborted();
      const bytes = await file.read(into.subarray(0, sliceBytes(limiter)), position);
      await limiter.take(bytes, signal);
      read += bytes;
      onRead(bytes);
      return bytes;
    },
  };
  const frames = table && FrameReader.of(paced, table);
  if (frames === undefined) {
    yield* unpacked(stream());
    return;
  }
  yield* frames.inOrder();
  onRead(file.bytes - read); // the table
}

/** The same in memory of their own, for a target that takes them as a stream. */
async function* copied(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  for await (const piece of pieces) yield Buffer.from(piece);
}
