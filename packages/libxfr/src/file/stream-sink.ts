import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Limiter } from '@vm-tools/ratelimit';
import { fileError } from '../disk/file-error.ts';
import { pacedSlices } from '../image/paced-slices.ts';
import { takingSink } from '../image/taking-sink.ts';
import { bytesIn } from '../protocol/pieces.ts';

/** What a reader does not take must not pile up here. */
const WAITING_BYTES = 2 ** 16;

export interface StreamSinkOptions {
  readonly limiter: Limiter;
  /** its abort destroys the sink */
  readonly signal: AbortSignal;
  readonly onWritten: (bytes: number) => void;
}

/**
 * A sink that keeps nothing, into a stream that the caller owns, which ends with it. A stream of a file descriptor hands
 * its bytes to the kernel before it calls back; any other one may keep them, and gets a copy.
 *
 * Its errors are XFR_READER_GONE, XFR_NO_SPACE and XFR_FILE_IO.
 */
export function streamSink(
  destination: Writable,
  { limiter, signal, onWritten }: StreamSinkOptions,
): Writable {
  const isKernels = typeof (destination as { fd?: unknown }).fd === 'number';
  const asError = (thrown: unknown): Error => fileError(thrown, 'write the image into', 'the stream');
  const ended = finished(destination, { readable: false });
  const take = async (pieces: readonly Buffer[]): Promise<void> => {
    for await (const slice of pacedSlices(pieces, limiter, signal)) {
      for (const piece of slice) await write(destination, isKernels ? piece : Buffer.from(piece));
      onWritten(bytesIn(slice));
    }
  };
  const orError = (work: Promise<void>): Promise<void> =>
    work.catch((thrown: unknown) => Promise.reject(asError(thrown)));
  const sink = takingSink((pieces) => orError(take(pieces)), {
    highWaterMark: WAITING_BYTES,
    signal,
    final: () => {
      destination.end();
      return orError(ended);
    },
  });
  ended.catch((thrown: unknown) => sink.destroy(asError(thrown))); // its reader may go while nothing is written
  return sink;
}

/** Until the stream is done with the bytes. */
function write(destination: Writable, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    destination.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
