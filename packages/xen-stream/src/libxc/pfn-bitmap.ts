const FIRST_WORDS = 1024;

/** One bit for each pfn below a ceiling. It grows with the highest pfn set, so a small guest has a small bitmap. */
export class PfnBitmap {
  readonly #ceiling: number;
  #words = new Uint32Array(0);
  #size = 0;

  /** @param ceiling one more than the highest pfn, at most 2 ** 32 */
  constructor(ceiling: number) {
    this.#ceiling = ceiling;
  }

  /** how many bits are set */
  get size(): number {
    return this.#size;
  }

  has(pfn: number): boolean {
    return (this.#word(pfn) & bit(pfn)) !== 0;
  }

  /** Whether no pfn of a range is set, nor any that shares a word of the bitmap with its ends. */
  isEmptyAround(first: number, last: number): boolean {
    const end = Math.min((last >>> 5) + 1, this.#words.length);
    for (let index = first >>> 5; index < end; index++) if (this.#words[index] !== 0) return false;
    return true;
  }

  /** @returns whether it was new */
  add(pfn: number): boolean {
    if (this.has(pfn)) return false;
    const index = pfn >>> 5;
    if (index >= this.#words.length) this.#grow(index + 1);
    this.#words[index] = this.#word(pfn) | bit(pfn);
    this.#size++;
    return true;
  }

  /** @returns whether it was set */
  delete(pfn: number): boolean {
    if (!this.has(pfn)) return false;
    this.#words[pfn >>> 5] = this.#word(pfn) & ~bit(pfn);
    this.#size--;
    return true;
  }

  #word(pfn: number): number {
    return this.#words[pfn >>> 5] ?? 0;
  }

  #grow(words: number): void {
    const limit = Math.ceil(this.#ceiling / 32);
    const grown = new Uint32Array(Math.min(limit, Math.max(words, 2 * this.#words.length, FIRST_WORDS)));
    grown.set(this.#words);
    this.#words = grown;
  }
}

function bit(pfn: number): number {
  return 1 << (pfn & 31);
}
