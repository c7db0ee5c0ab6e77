import type { SharedFile } from '../disk/storage.ts';

const BUFFER_BYTES = 4 * 2 ** 20;
/** What is looked at as a whole: a smaller hole is not worth the call, nor the look at each page by itself. */
const UNIT_BYTES = 64 * 1024;
const ZEROS = Buffer.alloc(UNIT_BYTES);

type HoledFile = Pick<SharedFile, 'read' | 'punch'>;

/**
 * Makes holes where another process has written zeros to a file, behind it: most memory of most guests is zero, and what
 * is a hole before the kernel begins to write it to the disk never gets there. It is only saving: where the file system
 * knows no holes, or the file cannot be read, the zeros stay.
 */
export class Holes {
  readonly #file: HoledFile;
  readonly #onPassed: (bytes: number, zeroBytes: number) => void;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #written: number;
  #at: number;
  #working: Promise<void> = Promise.resolve();
  #isStopped = false;

  /**
   * @param at where the other process begins, bytes
   * @param onPassed told of what has been looked at: bytes that stay, and bytes of holes
   */
  constructor(file: HoledFile, at: number, onPassed: (bytes: number, zeroBytes: number) => void) {
    this.#file = file;
    this.#at = at;
    this.#written = at;
    this.#onPassed = onPassed;
  }

  /** So many bytes more have been written. */
  wrote(bytes: number): void {
    this.#written += bytes;
    this.#working = this.#working.then(() => this.#pass(BUFFER_BYTES));
  }

  /** Until all that has been written has been looked at. */
  async finish(): Promise<void> {
    await (this.#working = this.#working.then(() => this.#pass(1)));
  }

  /** Until nothing is done to the file any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#working;
  }

  /** @param least bytes that are worth a look */
  async #pass(least: number): Promise<void> {
    while (this.#written - this.#at >= least && !this.#isStopped) {
      const length = Math.min(BUFFER_BYTES - (this.#at % UNIT_BYTES), this.#written - this.#at);
      const holes = await this.#punchIn(this.#at, length).catch(() => 0);
      this.#at += length;
      this.#onPassed(length - holes, holes);
    }
  }

  /** @returns bytes of the holes */
  async #punchIn(at: number, length: number): Promise<number> {
    const read = await this.#file.read(this.#buffer.subarray(0, length), at);
    let holes = 0;
    const first = (UNIT_BYTES - (at % UNIT_BYTES)) % UNIT_BYTES;
    for (let unit = first; unit + UNIT_BYTES <= read; unit += UNIT_BYTES) {
      let end = unit;
      while (end + UNIT_BYTES <= read && this.#isZero(end)) end += UNIT_BYTES;
      if (end === unit) continue;
      await this.#file.punch(at + unit, end - unit);
      holes += end - unit;
      unit = end;
    }
    return holes;
  }

  #isZero(unit: number): boolean {
    return this.#buffer[unit] === 0 && ZEROS.compare(this.#buffer, unit, unit + UNIT_BYTES) === 0;
  }
}
