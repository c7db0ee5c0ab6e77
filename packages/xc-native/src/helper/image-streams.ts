import type { Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import type { ImageSink, ImageSource } from '../xen.ts';

/**
 * The bytes that a save writes. When the helper ends, its socket ends the same way whether the save is complete or
 * not; this stream ends only when it is, and fails with the cause when it is not, so that half an image is never
 * taken for a whole one.
 */
export function savedImage(data: Socket, done: Promise<unknown>): Readable {
  const image = new Readable({
    read: () => void data.resume(),
    destroy: (error, next) => {
      data.destroy(); // libxc's next write fails
      next(error);
    },
  });
  data.on('data', (chunk: Buffer) => {
    if (!image.push(chunk)) data.pause();
  });
  data.on('end', () => {
    done.then(
      () => image.push(null),
      () => undefined, // it has failed with that already
    );
  });
  failWith(image, done);
  return image;
}

/**
 * Where the bytes of a restore are written to. A restore that fails stops reading, which a socket reports as EPIPE;
 * this sink fails with the cause, and at once, even while nobody writes. It finishes when the restore has.
 *
 * @param onSource told where the bytes come from; undefined when they are written here
 */
export function restoringImage(
  data: Socket,
  done: Promise<unknown>,
  onSource: (source: ImageSource | undefined) => void,
): ImageSink {
  const image = new Writable({
    write: (chunk: Buffer, _encoding, next) => {
      onSource(undefined);
      data.write(chunk, (error) => {
        if (error) done.then(() => next(error), next);
        else next();
      });
    },
    final: (next) => {
      onSource(undefined);
      data.end();
      done.then(() => next(), next);
    },
    destroy: (error, next) => {
      onSource(undefined);
      data.destroy();
      next(error);
    },
  });
  failWith(image, done);
  return Object.assign(image, {
    fetchFrom(source: ImageSource) {
      onSource(source);
      image.end();
    },
  });
}

/** Who awaits `done` alone need not listen to the stream as well to be safe from an uncaught 'error'. */
function failWith(image: Readable | Writable, done: Promise<unknown>): void {
  image.on('error', () => undefined);
  done.catch((error: unknown) => image.destroy(error as Error));
}
