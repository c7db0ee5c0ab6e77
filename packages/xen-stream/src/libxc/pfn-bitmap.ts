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

  /** @returns whether it was new */
  add(pfn: number): boolean {
    if (this.has(pfn)) return false;
    const index = Math.floor(pfn / 32);
    if (index >= this.#words.length) this.#grow(index + 1);
    this.#words[index] = this.#word(pfn) | bit(pfn);
    this.#size++;
    return true;
  }

  delete(pfn: number): void {
    if (!this.has(pfn)) return;
    this.#words[Math.floor(pfn / 32)] = this.#word(pfn) & ~bit(pfn);
    this.#size--;
  }

  #word(pfn: number): number {
    return this.#words[Math.floor(pfn / 32)] ?? 0;
  }

  #grow(words: number): void {
    const limit = Math.ceil(this.#ceiling / 32);
    const grown = new Uint32Array(Math.min(limit, Math.max(words, 2 * this.#words.length, FIRST_WORDS)));
    grown.set(this.#words);
    this.#words = grown;
  }
}

function bit(pfn: number): number {
  return 1 << (pfn % 32);
}
