import { pipeline, Readable } from 'node:stream';
import { createLimiter, paced } from '@vm-tools/ratelimit';
import type { TransferSummary } from '../events.ts';
import { openImageFile } from '../file/image-reader.ts';
import { unpacked } from '../file/unpacked.ts';
import { counted } from '../image/counted.ts';
import type { TransferOptions } from '../options.ts';
import type { Target } from '@vm-tools/ports';
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
  const open = (): Readable => {
    const bytes = file === undefined ? (from as Readable) : file.stream((error) => attempt.fail(error));
    const limiter = options.limiter ?? createLimiter({ rate: Infinity });
    // An error of one goes to the next, and so to the target, which rejects.
    const taken = pipeline(bytes, counted(onRead), paced(limiter, { signal }), () => undefined);
    return file?.isPacked === false ? taken : Readable.from(unpacked(taken), { objectMode: false });
  };
  // What is not paced need not come by here.
  const origin = options.limiter === undefined ? file?.origin(onRead) : undefined;
  const stream = origin === undefined ? open() : Readable.from(whenRead(open), { objectMode: false });
  try {
    await target.restore(stream, { signal, origin });
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
    stream.destroy();
    await target.release?.();
  }
}

/** A target that reads the file by another way does not begin with this one. */
async function* whenRead(open: () => Readable): AsyncGenerator<Buffer, void> {
  yield* open() as AsyncIterable<Buffer>;
}
