import { Writable } from 'node:stream';

/** A sink, and what is written to it. */
export interface HandedOver {
  /** It is done with what is written when it calls back. */
  readonly sink: Writable;
  /** What was written, once; a piece is good until the next is asked for. */
  readonly pieces: AsyncGenerator<Buffer, void>;
}

/** A sink from which a reader takes one piece after the other, with no memory between the two. */
export function handedOver(): HandedOver {
  let offered = Promise.withResolvers<Buffer | undefined>();
  let taken: (() => void) | undefined;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      taken = done;
      offered.resolve(chunk);
    },
    final(done) {
      offered.resolve(undefined);
      done();
    },
    destroy(error, done) {
      offered.promise.catch(() => undefined); // there may be no reader any more
      offered.reject(error ?? new Error('it was given up'));
      done(error);
    },
  });
  async function* pieces(): AsyncGenerator<Buffer, void> {
    try {
      for (;;) {
        const piece = await offered.promise;
        if (piece === undefined) return;
        yield piece;
        offered = Promise.withResolvers();
        if (sink.destroyed) throw sink.errored ?? new Error('it was given up');
        taken?.();
      }
    } finally {
      sink.destroy();
    }
  }
  return { sink, pieces: pieces() };
}
