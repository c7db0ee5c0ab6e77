import { addAbortListener } from 'node:events';
import { Readable } from 'node:stream';
import { abortError, messageOf, VmToolsError } from '@vm-tools/errors';
import { asBuffer } from './bytes.ts';
import { streamError } from './error.ts';

const NOTHING = Buffer.alloc(0);

/** The signal that ends the reading, and the place of the first byte. */
export interface ByteReaderOptions {
  /** Its abort destroys the stream, so that a read that waits rejects. */
  readonly signal?: AbortSignal | undefined;
  /** Where the stream begins in its file: offsets count from the beginning of that. @default 0 */
  readonly offset?: number | undefined;
}

/**
 * Reads a Readable by pulling: exactly so many bytes, then the rest as a stream again. Nothing is read ahead beyond the
 * stream's own chunks, and nothing is lost. The stream stays the caller's: only the caller closes it. Of pieces that are
 * no stream each must be good until the next is asked for, and their caller ends them when the signal fires.
 */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer = NOTHING;
  #offset: number;

  constructor(stream: Readable | AsyncIterable<Uint8Array>, options: ByteReaderOptions = {}) {
    this.#offset = options.offset ?? 0;
    if (!(stream instanceof Readable)) {
      this.#chunks = stream[Symbol.asyncIterator]();
      return;
    }
    this.#chunks = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
    // The iterator listens from its first read on. An earlier error reaches that read, and must not end the process.
    stream.on('error', () => undefined);
    const { signal } = options;
    if (signal === undefined) return;
    const listener = addAbortListener(signal, () => stream.destroy(abortError(signal, 'reading a stream')));
    stream.once('close', () => listener[Symbol.dispose]());
  }

  /** where the next byte lies: how many have been handed out, and what the stream began with */
  get offset(): number {
    return this.#offset;
  }

  /** The next bytes, however many came together; undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    if (this.#held.length === 0) await this.#pull();
    const bytes = this.#held;
    this.#held = NOTHING;
    this.#offset += bytes.length;
    return bytes.length > 0 ? bytes : undefined;
  }

  /** Gives back the last bytes that were handed out. */
  unread(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([bytes, this.#held]);
    this.#offset -= bytes.length;
  }

  /** As many bytes as asked for, or fewer if the stream ends first. The caller bounds the length. */
  async readUpTo(length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      if (this.#held.length === 0) await this.#pull();
      if (this.#held.length === 0) break;
      const copied = this.#held.copy(bytes, filled);
      this.#held = this.#held.subarray(copied);
      filled += copied;
    }
    this.#offset += filled;
    return bytes.subarray(0, filled);
  }

  /**
   * @param what names the thing in the error, "libxl header"
   * @throws VmToolsError STREAM_TRUNCATED if the stream ends before
   */
  async readExactly(length: number, what: string): Promise<Buffer> {
    const offset = this.#offset;
    const bytes = await this.readUpTo(length);
    if (bytes.length === length) return bytes;
    const problem = `the bytes end after ${bytes.length} of ${length}`;
    throw streamError('STREAM_TRUNCATED', problem, { offset, record: what });
  }

  /** All that has not been read yet. */
  rest(): Readable {
    return Readable.from(this.#remaining(), { objectMode: false });
  }

  async *#remaining(): AsyncGenerator<Buffer> {
    for (let bytes = await this.next(); bytes !== undefined; bytes = await this.next()) yield bytes;
  }

  /** Holds the next bytes; none at the end. */
  async #pull(): Promise<void> {
    try {
      let result: IteratorResult<Uint8Array, unknown>;
      do result = await this.#chunks.next();
      while (result.done !== true && result.value.length === 0);
      this.#held = result.done === true ? NOTHING : asBuffer(result.value);
    } catch (error) {
      if (error instanceof VmToolsError) throw error;
      throw new VmToolsError({
        code: 'STREAM_READ',
        message: `reading failed at byte ${this.#offset}: ${messageOf(error)}`,
        hint: 'see what happened to the file, or to the writer of the pipe',
        cause: error,
        details: { offset: this.#offset },
      });
    }
  }
}
