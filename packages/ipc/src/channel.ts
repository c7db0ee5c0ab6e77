import type { Duplex } from 'node:stream';
import { encodeLine, LineDecoder, type Broken } from './json-lines.ts';

/** The most that may wait for an end that does not read its answers, before it is taken for dead. */
const MOST_UNSENT_BYTES = 64 << 20;

/** How long the lines of a channel may be, bytes, and what is wrong with others. */
export interface ChannelOptions {
  /** The longest lines, in either direction. */
  readonly sendBytes: number;
  readonly receiveBytes: number;
  readonly broken: Broken;
}

/** Lines of JSON over a connection, from after its first line to its end. */
export class Channel {
  readonly #connection: Duplex;
  readonly #options: ChannelOptions;
  #cause: unknown;

  constructor(connection: Duplex, options: ChannelOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /**
   * Starts to read. What `receive` throws ends the connection and is its cause.
   * @param closed called once, however it ends
   */
  open(receive: (message: unknown) => void, closed: (cause: unknown) => void): void {
    const connection = this.#connection;
    const decoder = new LineDecoder(this.#options.receiveBytes, this.#options.broken);
    connection.on('data', (chunk: Buffer) => {
      try {
        for (const message of decoder.push(chunk)) receive(message);
      } catch (error) {
        this.close(error);
      }
    });
    connection.on('error', (error) => (this.#cause ??= error));
    connection.on('end', () => connection.destroy());
    connection.on('close', () => closed(this.#cause));
    if (connection.closed) closed(connection.errored ?? undefined);
    connection.resume();
  }

  /** @throws what `broken` gives when it is too long; to an end that has gone, nothing is sent */
  send(message: unknown): void {
    const connection = this.#connection;
    const line = encodeLine(message, this.#options.sendBytes, this.#options.broken);
    if (connection.destroyed) return;
    connection.write(line);
    if (connection.writableLength > MOST_UNSENT_BYTES) {
      this.close(this.#options.broken('the other end does not read what it asked for'));
    }
  }

  close(cause?: unknown): void {
    this.#cause ??= cause;
    this.#connection.destroy();
  }
}
