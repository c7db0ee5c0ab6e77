const NEWLINE = 0x0a;

/** Cuts whatever chunks arrive into lines again, and keeps no more than the longest of them. */
export class LineCutter {
  readonly #longestBytes: number;
  readonly #tooLong: () => Error;
  #parts: Buffer[] = [];
  #bytes = 0;

  /**
   * @param longestBytes of a line, its end included
   * @param tooLong what is thrown for a longer one, as soon as it is longer
   */
  constructor(longestBytes: number, tooLong: () => Error) {
    this.#longestBytes = longestBytes;
    this.#tooLong = tooLong;
  }

  /**
   * @returns the lines that this chunk completes, without their ends
   * @throws what `tooLong` gives; the cutter is done with then
   */
  push(chunk: Buffer): Buffer[] {
    return [...this.cut(chunk)];
  }

  /**
   * The same one by one: those before a line that is too long come. All must be taken before the next chunk.
   *
   * @throws what `tooLong` gives
   */
  *cut(chunk: Buffer): Generator<Buffer, void> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      yield this.#takeLine();
    }
    this.#keep(chunk.subarray(start));
  }

  #takeLine(): Buffer {
    const line = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return line;
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes >= this.#longestBytes) throw this.#tooLong();
    if (part.length > 0) this.#parts.push(Buffer.from(part)); // a copy: the part may be a crumb of a large chunk
  }
}
