import { fstatSync, read as readCallback } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

const read = promisify(readCallback);

/** Large enough that what happens once per buffer does not count, small enough for the caches. */
const BUFFER_BYTES = 2 ** 20;

/** A file descriptor that is read into one buffer, again and again. */
export interface FdSource {
  /** The next bytes, good until the next call; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Lets go of the descriptor; a reader that waits for the next bytes gets none. */
  close(): void;
}

export function openFdSource(fd: number): FdSource {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket() ? new PipeSource(fd) : new FileSource(fd);
}

class FileSource implements FdSource {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

  constructor(fd: number) {
    this.#fd = fd;
  }

  async next(): Promise<Uint8Array | undefined> {
    const { bytesRead } = await read(this.#fd, this.#buffer, 0, this.#buffer.length, null);
    return bytesRead === 0 ? undefined : this.#buffer.subarray(0, bytesRead);
  }

  close(): void {
    // It is the caller's, and a read of a file that is under way ends by itself.
  }
}

/**
 * A pipe or socket may have nothing to read for hours. `fs.read` would block one of the few threads of the pool for
 * that time, and the exit of the process behind it, so the event loop has to wait for it, as it does for a socket.
 */
class PipeSource implements FdSource {
  readonly #socket: Socket;
  #arrival = Promise.withResolvers<Uint8Array | undefined>();
  #isAsked = false;

  constructor(fd: number) {
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    const callback = (bytesRead: number): false => {
      this.#arrival.resolve(buffer.subarray(0, bytesRead));
      return false; // reads no more into the buffer until it is told to
    };
    this.#socket = new Socket({ fd, readable: true, writable: false, onread: { buffer, callback } });
    this.#socket.on('close', () => this.#arrival.resolve(undefined)); // at the end of the bytes, or by `close`
    this.#socket.on('error', (error) => {
      this.#arrival.promise.catch(() => undefined); // there may be no further read
      this.#arrival.reject(error);
    });
  }

  next(): Promise<Uint8Array | undefined> {
    if (this.#isAsked) {
      this.#arrival = Promise.withResolvers();
      this.#socket.resume();
    }
    this.#isAsked = true; // a socket begins to read by itself
    return this.#arrival.promise;
  }

  close(): void {
    this.#socket.destroy();
  }
}
