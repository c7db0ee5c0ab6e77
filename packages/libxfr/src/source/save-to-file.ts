import type { Writable } from 'node:stream';
import type { VmToolsError } from '@vm-tools/errors';
import { createLimiter } from '@vm-tools/ratelimit';
import type { CompressOptions, FrameSizes } from '@vm-tools/zstd-frames';
import type { Storage } from '../disk/storage.ts';
import type { TransferSummary } from '../events.ts';
import { ImageFile } from '../file/image-file.ts';
import { streamSink } from '../file/stream-sink.ts';
import { packed, plain, sparedBy } from '../image/packed.ts';
import type { TransferOptions } from '../options.ts';
import type { Offer, SaveProgress, SaveReport, Source } from '@vm-tools/ports';
import { Attempt } from '../session/attempt.ts';
import { inContext, type ErrorContext } from '../session/error-context.ts';
import { ProgressReporter } from '../session/progress.ts';
import { destroyLeftover, resumeAfterFailure, notSaved, resumeFailed } from './failure.ts';
import { holdSource } from './hold.ts';

/**
 * How an image is written, and what happens to the guest. Without a limiter a source that can has a file written by
 * another process, which is many times as fast.
 */
export interface SaveToFileOptions extends TransferOptions {
  /** The guest after the save: it ends here and lives on in the file, or it continues as if nothing had happened. */
  readonly afterwards: 'destroy' | 'resume';
  /**
   * Compresses the image by zstd: `restoreFromFile` takes it as it is, and other readers of images behind `zstd -d`. The
   * limiter paces what is really written. @default no compression
   */
  readonly compression?: Compression | undefined;
  /** replace a file of that name, at the end and at once. @default false */
  readonly overwrite?: boolean | undefined;
  /** wait for the disk, so that the image outlives a power cut. @default true */
  readonly durable?: boolean | undefined;
  /** @default the file systems of this machine */
  readonly storage?: Storage | undefined;
}

/** How an image is compressed. */
export type Compression = Pick<CompressOptions, 'level'>;

/**
 * Saves the guest of `source` into a file of mode 0600, or into a stream that the caller owns. The file gets its name
 * when it is whole and on the disk; after any failure and any abort there is no file, and the guest runs. With `resume`
 * the guest runs on before the disk is waited for, so that it is down no longer than needed.
 *
 * @throws VmToolsError
 *   XFR_GUEST_BUSY (usage), XFR_UNRESOLVED (uncertain): another tool works on the guest;
 *   XFR_FILE_EXISTS, XFR_FILE_TYPE, XFR_FILE_MISSING, XFR_FILE_DENIED (usage: the guest was not touched);
 *   XFR_NO_SPACE (resource: it was not touched, or runs again); XFR_FILE_IO, XFR_READER_GONE (failure: it runs again);
 *   GUEST_CHANGED (failure: another toolstack has the guest; no file, unless it was there already: see `leftovers`);
 *   INTERRUPTED (aborted-safe); XFR_RESUME_FAILED (failure: it is suspended, and after `resume` the file is there);
 *   and whatever the source itself rejects with
 */
export async function saveToFile(
  source: Source,
  destination: string | Writable,
  options: SaveToFileOptions,
): Promise<TransferSummary> {
  using progress = new ProgressReporter(options.onEvent, options.clock);
  const context: ErrorContext = { side: 'source', progress };
  using attempt = new Attempt(options.signal, 'saving the guest', context);
  const { signal } = attempt;
  const { afterwards, compression } = options;
  const resumes = afterwards === 'resume';
  await using _held = await holdSource(source, attempt);
  let offer: Offer | undefined;
  let file: ImageFile | undefined;
  let saved: SaveReport;
  let isSuspended = false;
  let resumeError: VmToolsError | undefined;
  try {
    offer = await source.describe();
    progress.setTotal(offer.memoryBytes);
    if (typeof destination === 'string') {
      // Before it is compressed it is not known how small it becomes.
      const neededBytes = compression === undefined ? offer.memoryBytes : 0;
      file = await ImageFile.create(destination, { ...options, neededBytes });
    }
    signal.throwIfAborted();

    const { limiter = createLimiter({ rate: Infinity }) } = options;
    const onWritten = (bytes: number, zeroBytes = 0): void => progress.add(bytes, zeroBytes);
    const onFailed = (error: VmToolsError): void => attempt.fail(error);
    // A pipe carries the zeros, too; a file has holes in their place, and so its writer knows what counts.
    const into =
      file?.writer({ limiter, signal, onWritten, onFailed }) ??
      streamSink(destination as Writable, { limiter, signal, onWritten });
    const onFrame = (sizes: FrameSizes): void => progress.spare(sparedBy(sizes));
    const { sink, taken: written } =
      compression === undefined ? plain(into) : packed(into, { ...compression, onFrame });
    written.catch((thrown: unknown) => attempt.fail(thrown)); // the save may be waiting for the guest, and not for its sink
    // What is not paced need not come by here.
    const place =
      options.limiter === undefined && compression === undefined ? file?.place(onWritten) : undefined;
    const onProgress = (report: SaveProgress): void => progress.saved(report);
    saved = await source.save(sink, { signal, onProgress, place, keepsNothing: true });
    isSuspended = true;
    await written;
    await source.confirm(); // what was written must be all that there is of the guest
    signal.throwIfAborted();

    if (resumes) {
      resumeError = await resume(source, offer);
      isSuspended = resumeError !== undefined;
      if (!isSuspended) progress.running(saved.suspendedAt);
    }
    progress.phase('syncing');
    await file?.commit();
  } catch (thrown) {
    const failure = attempt.cause(thrown);
    await file?.discard();
    if (offer === undefined || !isSuspended) throw notSaved(source, offer, { failure, thrown });
    throw inContext(await resumeAfterFailure(source, offer, failure), context);
  }
  if (resumeError !== undefined) throw inContext(resumeError, context);
  try {
    if (!resumes) await destroyLeftover(source, offer, progress);
  } catch (thrown) {
    throw inContext(thrown, context);
  }
  return progress.complete({ iterations: saved.iterations });
}

async function resume(source: Source, offer: Offer): Promise<VmToolsError | undefined> {
  try {
    await source.resume(); // confirmed a moment ago
    return undefined;
  } catch (thrown) {
    return resumeFailed(thrown, offer);
  }
}
