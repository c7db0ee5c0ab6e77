import { corrupt } from '../error.ts';
import type { LibxcVerifier } from './verifier.ts';

/** The part of a file that holds a libxc stream, and may still grow. */
export interface StreamFile {
  /** bytes that there are by now */
  size(): Promise<number>;
  /** Reads what there is at this place, up to the length of the buffer. @returns how many bytes */
  read(into: Buffer, position: number): Promise<number>;
}

/** As much as holds eight lists of pfns without memory: a small PVH guest has a thousand of them, and pages in between. */
const HEAD_BYTES = 64 * 1024;

/**
 * Checks a libxc stream that is in a file, or that another process is writing there. What a verifier must see are the
 * heads of records, 0.2 % of the bytes: the pages between them are not read.
 */
export class FileVerifier {
  readonly #file: StreamFile;
  readonly #verifier: LibxcVerifier;
  readonly #afterEach: (() => Promise<void>) | undefined;
  readonly #head = Buffer.allocUnsafeSlow(HEAD_BYTES);
  #at: number;
  #turn: Promise<void> = Promise.resolve();

  /**
   * @param at the place of the stream in the file, bytes
   * @param afterEach waited for after each look into the file, at some heads or at a part of one
   */
  constructor(file: StreamFile, verifier: LibxcVerifier, at: number, afterEach?: () => Promise<void>) {
    this.#file = file;
    this.#verifier = verifier;
    this.#at = at;
    this.#afterEach = afterEach;
  }

  /** Behind what has been checked, bytes from the beginning of the file. */
  get position(): number {
    return this.#at;
  }

  /**
   * Checks what has been written by now, up to END; a second call waits for the first.
   *
   * @param signal its abort ends it with its reason
   * @throws VmToolsError as LibxcVerifier; an error of the system, with its `code`
   */
  catchUp(signal?: AbortSignal): Promise<void> {
    const turn = this.#turn.then(() => this.#advance(signal));
    this.#turn = turn;
    turn.catch(() => undefined);
    return turn;
  }

  /**
   * Checks what is there, which must be the whole stream and nothing behind it.
   *
   * @throws VmToolsError as LibxcVerifier, STREAM_TRUNCATED; STREAM_CORRUPT when something follows END
   */
  async finish(): Promise<void> {
    await this.catchUp();
    this.#verifier.finish();
    if ((await this.#file.size()) === this.#at) return;
    const { records } = this.#verifier.counts;
    throw corrupt('bytes follow it', { offset: this.#at, record: 'END', recordIndex: records - 1 });
  }

  async #advance(signal: AbortSignal | undefined): Promise<void> {
    const verifier = this.#verifier;
    let size = await this.#file.size();
    while (!verifier.isComplete && this.#at < size) {
      signal?.throwIfAborted();
      const passed = Math.min(verifier.pageBytesLeft, size - this.#at);
      verifier.skip(passed);
      this.#at += passed;
      const bytes = await this.#file.read(this.#head, this.#at);
      if (bytes === 0) return;
      this.#at += verifier.push(this.#head.subarray(0, bytes));
      if (this.#afterEach === undefined) continue;
      await this.#afterEach();
      // Each time that it is asked the file may read on, and it keeps little of what has passed: lists of pfns without
      // pages would be overtaken.
      if (this.#at + verifier.pageBytesLeft >= size) size = await this.#file.size();
    }
  }
}
