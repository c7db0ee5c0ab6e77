import { Readable, Writable, type Duplex } from 'node:stream';

/**
 * The bytes that a call gives, from the moment that the connection for them is there. That connection ends the same way
 * whether the call has succeeded or not; this stream ends only when it has, and fails with the cause when it has not,
 * so that half of the bytes is never taken for all.
 *
 * @param data rejects only when `done` does
 * @param cutShort the error for a connection that breaks although the call has succeeded. @default that cannot be
 */
export function incomingBytes(
  data: Promise<Duplex>,
  done: Promise<unknown>,
  cutShort?: (cause: unknown) => Error,
): Readable {
  let connection: Duplex | undefined;
  const bytes = new Readable({
    read: () => void connection?.resume(),
    destroy: (error, next) => {
      whenThere(data, (arrived) => arrived.destroy()); // the next write at the other end fails
      next(error);
    },
  });
  /** Of a call that has failed, the cause is told by `failWith`. */
  const whenDone = (then: () => void): void => void done.then(then, () => undefined);
  whenThere(data, (arrived) => {
    connection = arrived;
    arrived.on('data', (chunk: Buffer) => {
      if (!bytes.push(chunk)) arrived.pause();
    });
    arrived.once('end', () => whenDone(() => bytes.push(null)));
    arrived.once('close', () => {
      if (arrived.readableEnded || cutShort === undefined) return;
      whenDone(() => bytes.destroy(cutShort(arrived.errored ?? undefined)));
    });
  });
  return failWith(bytes, done);
}

/** In the place of `incomingBytes` for a call whose bytes go elsewhere: it is empty, and may be destroyed with a cause. */
export function noBytes(): Readable {
  return Readable.from([]).on('error', () => undefined);
}

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
function failWith<Stream extends Readable | Writable>(stream: Stream, done: Promise<unknown>): Stream {
  stream.on('error', () => undefined);
  done.catch((error: unknown) => stream.destroy(error as Error));
  return stream;
}
