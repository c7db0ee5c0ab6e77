import { Socket } from 'node:net';

/** A unix socket gives up to 208 KiB at once. */
const BUFFER_BYTES = 2 ** 18;

/**
 * A socket that is read into one buffer, again and again, and hands out what has come when it is asked. A stream takes
 * new memory for each 64 KiB: with its pages and its garbage that costs ten times the read itself. It emits no 'data'.
 */
export class KeptSocket extends Socket {
  #arrival = Promise.withResolvers<Buffer | undefined>();
  #isAsked = false;

  /** @param fd of a connected socket; without it, one that is still to be connected */
  constructor(fd?: number) {
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    let arrive: (bytes: Buffer) => void = () => undefined;
    const callback = (bytesRead: number): false => {
      arrive(buffer.subarray(0, bytesRead));
      return false; // reads no more into the buffer until it is told to
    };
    super({
      ...(fd === undefined ? {} : { fd, readable: true, writable: true }),
      onread: { buffer, callback },
    });
    arrive = (bytes) => this.#arrival.resolve(bytes);
    this.on('end', () => this.#arrival.resolve(undefined));
    this.on('close', () => this.#arrival.resolve(undefined));
    this.on('error', (error) => {
      this.#arrival.promise.catch(() => undefined); // there may be no further read
      this.#arrival.reject(error);
    });
  }

  /** The next bytes, good until the next call; undefined when none will come. It rejects as the socket fails. */
  async next(): Promise<Buffer | undefined> {
    if (this.#isAsked) {
      if (this.errored !== null) throw this.errored;
      if (this.destroyed || this.readableEnded) return undefined;
      this.#arrival = Promise.withResolvers();
      this.resume();
    }
    this.#isAsked = true; // a socket begins to read by itself
    return this.#arrival.promise;
  }
}
