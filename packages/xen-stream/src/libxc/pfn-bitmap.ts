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

  /**
   * Adds all pfns from one to another, both included.
   *
   * @returns how many of them were new
   */
  addRange(first: number, last: number): number {
    const [from, to] = [first >>> 5, last >>> 5];
    if (to >= this.#words.length) this.#grow(to + 1);
    let added = 0;
    for (let index = from; index <= to; index++) {
      const low = index === from ? first & 31 : 0;
      const high = index === to ? last & 31 : 31;
      const bits = (-1 << low) & (-1 >>> (31 - high));
      const word = this.#words[index] ?? 0;
      added += ones(bits & ~word);
      this.#words[index] = word | bits;
    }
    this.#size += added;
    return added;
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

/** How many bits of a word are set. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

function bit(pfn: number): number {
  return 1 << (pfn & 31);
}
