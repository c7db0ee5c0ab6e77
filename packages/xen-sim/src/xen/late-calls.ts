import { PassThrough, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RestoreCall, SaveCall } from '@vm-tools/xc-native';

/**
 * A save that begins later than its stream is asked for: a fault may come first, or be the end of it.
 *
 * @param begin is told when the stream has been given up before that
 */
export function lateSave(begin: (givenUp: AbortSignal) => Promise<SaveCall>): SaveCall {
  const stream = new PassThrough();
  const save = async (): Promise<void> => {
    const call = await begin(closing(stream));
    // A reader that is gone before the save begins leaves pipeline's source alive, which would then wait for ever.
    const moving = pipeline(call.stream, stream).catch((thrown: unknown) => {
      call.stream.destroy();
      throw thrown;
    });
    const [moved, saved] = await Promise.allSettled([moving, call.done]);
    if (saved.status === 'rejected') throw saved.reason; // the cause; what the streams say is a consequence
    if (moved.status === 'rejected') throw moved.reason;
  };
  const done = save();
  failWith(stream, done);
  return { stream, done };
}

/** A restore that begins later than bytes are written to it. */
export function lateRestore(begin: (givenUp: AbortSignal) => Promise<RestoreCall>): RestoreCall {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, next) => {
      const write = (call: RestoreCall): void =>
        void call.sink.write(chunk, (error) => {
          if (error)
            done.then(() => next(error), next); // done has the cause
          else next();
        });
      begun.then(write, next);
    },
    final: (next) => {
      begun.then((call) => call.sink.end(), ignore);
      done.then(() => next(), next);
    },
    destroy: (error, next) => {
      begun.then((call) => call.sink.destroy(error ?? undefined), ignore);
      next(error);
    },
  });
  const begun = begin(closing(sink));
  const done = begun.then((call) => call.done);
  failWith(sink, done);
  return { sink, done };
}

const ignore = (): void => undefined;

/** Fires when the stream is closed, for whatever reason. */
function closing(stream: PassThrough | Writable): AbortSignal {
  const controller = new AbortController();
  stream.once('close', () => controller.abort());
  return controller.signal;
}

/** Who awaits `done` alone need not listen to the stream as well to be safe from an uncaught 'error'. */
function failWith(stream: PassThrough | Writable, done: Promise<unknown>): void {
  stream.on('error', ignore);
  done.catch((error: unknown) => stream.destroy(error as Error));
}
