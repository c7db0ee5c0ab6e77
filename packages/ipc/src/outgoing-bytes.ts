import { Writable, type Duplex } from 'node:stream';

/**
 * The stream to which the bytes of a call are written. A call that fails stops reading, which a connection reports as
 * EPIPE; this sink fails with the cause, and at once, even without a write. It finishes when the call has.
 *
 * @param data rejects only when `done` does
 * @param onUse told with every use: when it is written to, ended or given up. @default nothing
 */
export function outgoingBytes(
  data: Promise<Duplex>,
  done: Promise<unknown>,
  onUse: () => void = () => undefined,
): Writable {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, next) => {
      onUse();
      whenThere(data, (connection) => {
        connection.write(chunk, (error) => {
          if (error) done.then(() => next(error), next);
          else next();
        });
      });
    },
    final: (next) => {
      onUse();
      whenThere(data, (connection) => connection.end());
      done.then(() => next(), next);
    },
    destroy: (error, next) => {
      onUse();
      whenThere(data, (connection) => connection.destroy());
      next(error);
    },
  });
  return failWith(sink, done);
}

/** A call that fails before it has a connection for its bytes fails its stream through `done`. */
function whenThere(data: Promise<Duplex>, use: (connection: Duplex) => void): void {
  data.then(use, () => undefined);
}

/** A caller that awaits only `done` need not listen to the stream as well to be safe from an uncaught 'error'. */
function failWith(sink: Writable, done: Promise<unknown>): Writable {
  sink.on('error', () => undefined);
  done.catch((error: unknown) => sink.destroy(error as Error));
  return sink;
}
