import { fstatSync, write as writeCallback } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

const write = promisify(writeCallback);

/** A file descriptor that is written to. */
export interface FdSink {
  /** Resolves when all bytes have been handed to the kernel. */
  write(bytes: Uint8Array): Promise<void>;
  /** Lets go of the descriptor; a reader at its other end sees the end. */
  end(): Promise<void>;
  /** Lets go of the descriptor; a writer that waits for room there waits no longer. */
  close(): void;
}

export function openFdSink(fd: number): FdSink {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket() ? new PipeSink(fd) : new FileSink(fd);
}

class FileSink implements FdSink {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length;) {
      offset += (await write(this.#fd, bytes, offset, bytes.length - offset, null)).bytesWritten;
    }
  }

  async end(): Promise<void> {
    // It is the caller's.
  }

  close(): void {
    // It is the caller's, and a write to a file that is under way ends by itself.
  }
}

/** A pipe or socket, whose other end may be full for hours: the event loop waits for it, not a thread of the pool. */
class PipeSink implements FdSink {
  readonly #socket: Socket;
  #error: Error | undefined;

  constructor(fd: number) {
    this.#socket = new Socket({ fd, readable: false, writable: true });
    this.#socket.on('error', (error) => (this.#error ??= error));
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#call((done) => this.#socket.write(bytes, done));
  }

  end(): Promise<void> {
    return this.#call((done) => this.#socket.once('close', () => done()).end());
  }

  close(): void {
    this.#socket.destroy();
  }

  #call(method: (done: (error?: Error | null) => void) => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error | null): void => {
        const failure = this.#error ?? error;
        if (failure) reject(failure);
        else resolve();
      };
      if (this.#error === undefined) method(settle);
      else settle();
    });
  }
}
