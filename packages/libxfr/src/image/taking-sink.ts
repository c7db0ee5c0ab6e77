import { Writable } from 'node:stream';
import { abortError } from '@vm-tools/errors';

/** What a sink does beside taking. */
export interface TakingSinkOptions {
  /** bytes that may wait while others are taken. @default 1 MiB */
  readonly highWaterMark?: number;
  /** Told of an error before the writer gets it. */
  readonly onFailed?: ((thrown: unknown) => void) | undefined;
  /** Resolves when all that was taken is where it belongs. */
  readonly final?: (() => Promise<void>) | undefined;
  /** Its abort destroys the sink, with the reason. */
  readonly signal?: AbortSignal | undefined;
}

const WAITING_BYTES = 2 ** 20;

/**
 * A sink that is done with what is written to it when it calls back, so that the memory may be written again.
 *
 * @param take resolves when it needs the pieces no more
 */
export function takingSink(
  take: (pieces: readonly Buffer[]) => Promise<void>,
  { highWaterMark = WAITING_BYTES, onFailed, final, signal }: TakingSinkOptions = {},
): Writable {
  const settle = (work: Promise<void>, done: (error?: Error) => void): void => {
    work.then(
      () => done(),
      (thrown: unknown) => {
        onFailed?.(thrown);
        done(thrown as Error);
      },
    );
  };
  const sink = new Writable({
    highWaterMark,
    writev: (queued, done) => settle(take(queued.map(({ chunk }) => chunk as Buffer)), done),
    final: (done) => settle(final?.() ?? Promise.resolve(), done),
  });
  if (signal === undefined) return sink;
  const onAbort = (): void => void sink.destroy(abortError(signal, 'passing an image on'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  sink.once('close', () => signal.removeEventListener('abort', onAbort));
  return sink;
}
