import { Transform, Writable } from 'node:stream';
import type { Duplex, Readable } from 'node:stream';
import { connectionLost } from '../protocol/errors.ts';

/**
 * The bytes of a save, from the moment that the connection for them is there. That connection ends the same way
 * whether the save is complete or not; this stream ends only when it is, and fails with the cause when it is not.
 */
export function remoteImage(attached: Promise<Duplex>, done: Promise<unknown>): Readable {
  const image = new Transform({
    transform: (chunk, _encoding, next) => next(null, chunk),
    flush: (next) => void done.then(() => next(), next),
    destroy: (error, next) => {
      withData(attached, (data) => data.destroy()); // the server's next write fails
      next(error);
    },
  });
  failWith(image, done);
  withData(attached, (data) => {
    if (image.destroyed) data.destroy();
    data.pipe(image);
    data.once('close', () => {
      if (data.readableEnded) return;
      const cutShort = (): unknown => image.destroy(connectionLost(data.errored ?? undefined));
      done.then(cutShort, () => undefined); // of a save that failed, the cause is told by failWith
    });
  });
  return image;
}

/** Where the bytes of a restore are written to. It finishes when the restore has, and fails with its cause. */
export function remoteSink(attached: Promise<Duplex>, done: Promise<unknown>): Writable {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, next) => {
      withData(attached, (data) => {
        data.write(chunk, (error) => {
          if (error) done.then(() => next(error), next);
          else next();
        });
      });
    },
    final: (next) => {
      withData(attached, (data) => data.end());
      done.then(() => next(), next);
    },
    destroy: (error, next) => {
      withData(attached, (data) => data.destroy());
      next(error);
    },
  });
  failWith(sink, done);
  return sink;
}

/** A call that fails before it has a connection for its bytes fails its stream through `done`. */
function withData(attached: Promise<Duplex>, use: (data: Duplex) => void): void {
  attached.then(use, () => undefined);
}

/** Who awaits `done` alone need not listen to the stream as well to be safe from an uncaught 'error'. */
function failWith(image: Transform | Writable, done: Promise<unknown>): void {
  image.on('error', () => undefined);
  done.catch((error: unknown) => image.destroy(error as Error));
}
