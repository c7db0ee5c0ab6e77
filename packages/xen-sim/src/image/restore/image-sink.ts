import { Writable } from 'node:stream';

/**
 * The stream to which the bytes of a restore are written; libxc's end of it is `read`. It finishes when the restore
 * has.
 */
export class ImageSink extends Writable {
  #held: Buffer = Buffer.alloc(0);
  /** Tells the writer that its last chunk has been used up. */
  #next: ((error?: Error) => void) | undefined;
  #wake: () => void = () => undefined;
  #hasEnded = false;
  #done: Promise<unknown> = Promise.resolve();

  constructor() {
    super();
    // A caller that awaits only the restore need not listen here as well to be safe from an uncaught 'error'.
    this.on('error', () => undefined);
  }

  /** As many bytes as asked for, or fewer when there are no more. They may share memory with what was written. */
  async read(length: number): Promise<Buffer> {
    await this.#fill();
    if (this.#held.length >= length) return this.#take(length);
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length && this.#held.length > 0) {
      filled += this.#take(length - filled).copy(bytes, filled);
      if (filled < length) await this.#fill();
    }
    return bytes.subarray(0, filled);
  }

  /** No more is read, as if the writer had ended it here. */
  cut(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /** Ties the end of the stream to that of the restore, which is its only reader. */
  follow(done: Promise<unknown>): void {
    this.#done = done;
    done.then(
      () => {
        this.cut();
        this.#release();
      },
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _write(chunk: Buffer, _encoding: string, next: (error?: Error) => void): void {
    if (this.#hasEnded) {
      this.#done.then(() => next(brokenPipe()), next); // its reader is gone
      return;
    }
    this.#next = next;
    this.#held = chunk;
    this.#wake();
  }

  override _final(next: (error?: Error) => void): void {
    this.cut();
    this.#done.then(() => next(), next);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.cut();
    this.#release(error ?? undefined);
    callback(error);
  }

  /** Waits for bytes; there are none at the end. */
  async #fill(): Promise<void> {
    while (this.#held.length === 0) {
      if (this.#next !== undefined) this.#release();
      else if (this.#hasEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #take(length: number): Buffer {
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return bytes;
  }

  #release(error?: Error): void {
    const next = this.#next;
    this.#next = undefined;
    next?.(error);
  }
}

function brokenPipe(): Error {
  return Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' });
}
