import { Readable, type Duplex } from 'node:stream';
import { KeptSocket } from './kept-socket.ts';

/** Where the bytes of a call come from, and how that ends. */
interface Origin {
  readonly data: Promise<Duplex>;
  readonly done: Promise<unknown>;
  readonly cutShort: ((cause: unknown) => Error) | undefined;
}

/** The connection for bytes, and how they are asked for. */
interface Pieces {
  readonly connection: Duplex;
  readonly next: () => Promise<Buffer | undefined>;
}

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
  const bytes = new IncomingBytes({ data, done, cutShort });
  // A caller that awaits only `done` need not listen to the stream as well to be safe from an uncaught 'error'.
  bytes.on('error', () => undefined);
  done.catch((error: unknown) => bytes.destroy(error as Error));
  return bytes;
}

/** In the place of `incomingBytes` for a call whose bytes go elsewhere: it is empty, and may be destroyed with a cause. */
export function noBytes(): Readable {
  return Readable.from([]).on('error', () => undefined);
}

/**
 * Takes all bytes of a stream, in place of reading it. Those of a call come in memory that is used again: a piece is good
 * until the promise of `take` resolves. What `take` fails with destroys the stream.
 */
export async function takeBytes(
  bytes: Readable,
  take: (piece: Buffer) => Promise<void> | void,
): Promise<void> {
  if (bytes instanceof IncomingBytes) await bytes.takeAll(take);
  else for await (const piece of bytes as AsyncIterable<Buffer>) await take(piece);
}

class IncomingBytes extends Readable {
  readonly #origin: Origin;
  #pieces: Promise<Pieces> | undefined;
  /** the piece that `takeAll` waits for */
  #awaited: PromiseWithResolvers<Buffer | undefined> | undefined;

  constructor(origin: Origin) {
    super();
    this.#origin = origin;
  }

  override _read(): void {
    this.#next().then(
      (piece) => this.push(piece === undefined ? null : Buffer.from(piece)),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _destroy(error: Error | null, next: (error?: Error | null) => void): void {
    this.#awaited?.reject(error ?? new Error('its reader has given it up'));
    this.#origin.data.then((connection) => connection.destroy()).catch(() => undefined); // the next write at the other end fails
    next(error);
  }

  async takeAll(take: (piece: Buffer) => Promise<void> | void): Promise<void> {
    try {
      for (;;) {
        if (this.destroyed) throw this.errored ?? new Error('it has been given up');
        const awaited = (this.#awaited = Promise.withResolvers<Buffer | undefined>());
        this.#next().then(awaited.resolve, awaited.reject);
        const piece = await awaited.promise;
        if (piece === undefined) break;
        await take(piece);
      }
    } catch (thrown) {
      this.destroy(thrown as Error);
      throw thrown;
    }
    this.push(null);
    this.resume();
  }

  /** undefined behind the last one, when the call has succeeded */
  async #next(): Promise<Buffer | undefined> {
    const { data, done, cutShort } = this.#origin;
    const { connection, next } = await (this.#pieces ??= data.then(piecesOf));
    let cause: unknown;
    try {
      const piece = await next();
      if (piece !== undefined) return piece;
    } catch (thrown) {
      cause = thrown;
    }
    await done; // of a call that has failed, that is the cause
    if (cutShort !== undefined && !connection.readableEnded)
      throw cutShort(cause ?? connection.errored ?? undefined);
    return undefined;
  }
}

function piecesOf(connection: Duplex): Pieces {
  if (connection instanceof KeptSocket) return { connection, next: () => connection.next() };
  const pieces = connection.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  return { connection, next: async () => (await pieces.next()).value };
}
