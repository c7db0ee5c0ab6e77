/** How far a reader may go back: what reads heads reads on behind them. */
const KEPT_BYTES = 2 ** 20;

/** What becomes of bytes that have been read. */
export interface ForwardBytesOptions {
  /** Waited for with each piece, in order, when no reader can come back to it. */
  readonly onPassed?: ((piece: Buffer) => Promise<void>) | undefined;
}

/**
 * A stream that is read as a file is, as long as its reader goes forward: it may go back by 1 MiB. Nothing but that is
 * held, and what is not asked for passes unread.
 */
export class ForwardBytes {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #onPassed: (piece: Buffer) => Promise<void>;
  readonly #pieces: Buffer[] = [];
  /** of the first piece that is held */
  #from = 0;
  /** behind the last one */
  #to = 0;
  /** as far as its reader knows of */
  #told = 0;
  #passEnd = Infinity;
  #turn: Promise<unknown> = Promise.resolve();
  /** Met by a reader that may have been given up, and meant for all that come after it. */
  #failure: { readonly thrown: unknown } | undefined;

  constructor(source: AsyncIterable<Uint8Array>, { onPassed }: ForwardBytesOptions = {}) {
    this.#source = source[Symbol.asyncIterator]();
    this.#onPassed = onPassed ?? (() => Promise.resolve());
  }

  /** How many bytes have come by now: more than the last time, unless it has ended. */
  size(): Promise<number> {
    return this.#inTurn(async () => {
      if (this.#to === this.#told) await this.#pull();
      return (this.#told = this.#to);
    });
  }

  /** Reads what there is at this place, at most as much as there is room for; 0 at the end. */
  read(into: Buffer, position: number): Promise<number> {
    return this.#inTurn(async () => {
      if (position < this.#from) throw new Error(`the bytes from ${position} on have passed already`);
      while (position >= this.#to) if (!(await this.#pull())) return 0;
      let filled = 0;
      let at = this.#from;
      for (const piece of this.#pieces) {
        const skipped = position + filled - at;
        if (skipped < piece.length) filled += piece.copy(into, filled, skipped);
        if (filled === into.length) break;
        at += piece.length;
      }
      this.#told = Math.max(this.#told, position + filled);
      return filled;
    });
  }

  /**
   * Says where it ends for its reader: what lies before is passed on, to the last byte.
   *
   * @param most reads on behind it by so many bytes, bytes that nobody gets, or to the end of the stream
   * @returns whether something follows
   */
  finish(end: number, most: number): Promise<boolean> {
    return this.#inTurn(async () => {
      this.#passEnd = end;
      while (this.#to <= end + most) if (!(await this.#pull())) break;
      while (this.#pieces.length > 0) await this.#pass();
      return this.#to > end;
    });
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    await this.#source.return?.();
  }

  /** @returns false at the end */
  async #pull(): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure.thrown;
    const next = await this.#source.next().catch((thrown: unknown) => {
      this.#failure = { thrown };
      throw thrown;
    });
    if (next.done === true) return false;
    const piece = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    this.#pieces.push(piece);
    this.#to += piece.length;
    for (let [first] = this.#pieces; first !== undefined; [first] = this.#pieces) {
      if (this.#to - this.#from - first.length < KEPT_BYTES + piece.length) break;
      await this.#pass();
    }
    return true;
  }

  async #pass(): Promise<void> {
    const piece = this.#pieces.shift() as Buffer;
    const kept = Math.min(piece.length, this.#passEnd - this.#from);
    this.#from += piece.length;
    if (kept > 0) await this.#onPassed(piece.subarray(0, kept));
  }

  /** A reader that has been given up may still have asked for something. */
  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn;
    turn.catch(() => undefined);
    return turn;
  }
}
