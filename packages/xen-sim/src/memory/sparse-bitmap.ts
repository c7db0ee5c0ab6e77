import { lowestBit, maskOfBits, popcount } from './bits.ts';

/** pfns of a chunk, the bitmap of 128 MiB of guest memory. */
const CHUNK_SHIFT = 15;
const CHUNK_PFNS = 2 ** CHUNK_SHIFT;
const CHUNK_WORDS = CHUNK_PFNS / 32;
const PFN_LIMIT = 2 ** 32;
/** The memory that V8 takes for a chunk beside its bits, about. */
const CHUNK_OVERHEAD_BYTES = 250;

interface Chunk {
  readonly words: Uint32Array;
  /** how many bits are set */
  count: number;
}

// Chunks that are all alike are one of these two, so that 1 TiB of them is a list of pointers. Never written to.
const EMPTY: Chunk = { words: new Uint32Array(CHUNK_WORDS), count: 0 };
const FULL: Chunk = { words: new Uint32Array(CHUNK_WORDS).fill(0xffff_ffff), count: CHUNK_PFNS };

/** A set of pfns, or gfns, below 2 ** 32: cheap for ranges of any length and for single ones anywhere. */
export class SparseBitmap {
  #chunks: Chunk[] = [];
  #size = 0;

  /** how many pfns are in it */
  get size(): number {
    return this.#size;
  }

  /** the highest pfn in it, -1 when there is none */
  get highest(): number {
    const number = this.#chunks.findLastIndex((chunk) => chunk !== EMPTY);
    if (number < 0) return -1;
    const { words } = this.#chunk(number);
    const word = words.findLastIndex((bits) => bits !== 0);
    return number * CHUNK_PFNS + word * 32 + 31 - Math.clz32(words[word] ?? 0);
  }

  /** bytes of JavaScript memory that it takes, roughly */
  get footprintBytes(): number {
    const own = this.#chunks.filter((chunk) => chunk !== EMPTY && chunk !== FULL).length;
    return this.#chunks.length * 8 + own * (CHUNK_WORDS * 4 + CHUNK_OVERHEAD_BYTES);
  }

  has(pfn: number): boolean {
    if (pfn >>> 0 !== pfn) return false; // no pfn at all
    const word = this.#chunk(pfn >>> CHUNK_SHIFT).words[(pfn >>> 5) % CHUNK_WORDS] ?? 0;
    return (word & (1 << (pfn & 31))) !== 0;
  }

  /**
   * @returns whether it was new
   * @throws RangeError for what is no pfn, as all that change the set do
   */
  add(pfn: number): boolean {
    // Not by way of addRange: each page that a guest dirties comes here, and most are dirty already.
    return !this.has(pfn) && this.addRange(pfn, 1) === 1;
  }

  /** @returns whether it was there */
  delete(pfn: number): boolean {
    return this.deleteRange(pfn, 1) === 1;
  }

  /** @returns how many were new */
  addRange(start: number, count: number): number {
    requireRange(start, count);
    const added = this.#assign(start, start + count, FULL);
    this.#size += added;
    return added;
  }

  /** @returns how many were there */
  deleteRange(start: number, count: number): number {
    requireRange(start, count);
    const deleted = this.#assign(start, Math.min(start + count, this.#chunks.length * CHUNK_PFNS), EMPTY);
    this.#size -= deleted;
    return deleted;
  }

  /** The lowest pfn that is in it, from one on. */
  next(from: number): number | undefined {
    return this.#next(from, EMPTY);
  }

  /** Longest runs, ascending. Pfns that come or go while it is read are seen when they lie ahead. */
  *ranges(): Generator<readonly [start: number, count: number]> {
    for (let end = 0; ;) {
      const start = this.#next(end, EMPTY);
      if (start === undefined) return;
      end = this.#next(start, FULL) ?? this.#chunks.length * CHUNK_PFNS;
      yield [start, end - start];
    }
  }

  /** All that is in it, as a set of its own; this one is empty from then on. */
  take(): SparseBitmap {
    const taken = new SparseBitmap();
    taken.#chunks = this.#chunks;
    taken.#size = this.#size;
    this.#chunks = [];
    this.#size = 0;
    return taken;
  }

  /** The lowest pfn that is in one of the two only. */
  firstDifference(other: SparseBitmap): number | undefined {
    const chunks = Math.max(this.#chunks.length, other.#chunks.length);
    for (let number = 0; number < chunks; number++) {
      const ours = this.#chunk(number);
      const theirs = other.#chunk(number);
      if (ours === theirs) continue;
      const at = firstDifference(ours.words, theirs.words, 0);
      if (at !== undefined) return number * CHUNK_PFNS + at;
    }
    return undefined;
  }

  #chunk(number: number): Chunk {
    return this.#chunks[number] ?? EMPTY;
  }

  /** The first pfn from one on at which the set differs from a set of nothing but such chunks. */
  #next(from: number, uniform: Chunk): number | undefined {
    let start = from % CHUNK_PFNS;
    for (let number = Math.floor(from / CHUNK_PFNS); number < this.#chunks.length; number++) {
      const chunk = this.#chunk(number);
      const at = chunk === uniform ? undefined : firstDifference(chunk.words, uniform.words, start);
      if (at !== undefined) return number * CHUNK_PFNS + at;
      start = 0;
    }
    return undefined;
  }

  /** Makes [start, end) what it is in such a chunk. Returns how many bits changed. */
  #assign(start: number, end: number, uniform: Chunk): number {
    let changed = 0;
    for (let from = start; from < end;) {
      const number = Math.floor(from / CHUNK_PFNS);
      const base = number * CHUNK_PFNS;
      const to = Math.min(end, base + CHUNK_PFNS);
      changed += this.#assignWithin(number, from - base, to - base, uniform);
      from = to;
    }
    return changed;
  }

  #assignWithin(number: number, from: number, to: number, uniform: Chunk): number {
    const old = this.#chunk(number);
    if (old === uniform) return 0;
    if (to - from === CHUNK_PFNS) {
      this.#put(number, uniform);
      return Math.abs(uniform.count - old.count);
    }
    const chunk = old === EMPTY || old === FULL ? { words: old.words.slice(), count: old.count } : old;
    const before = chunk.count;
    for (let index = from >>> 5; index <= (to - 1) >>> 5; index++) {
      const word = chunk.words[index] ?? 0;
      const flips = maskOfBits(from - index * 32, to - index * 32) & (word ^ (uniform.words[index] ?? 0));
      chunk.words[index] = word ^ flips;
      chunk.count += uniform === FULL ? popcount(flips) : -popcount(flips);
    }
    this.#put(number, chunk);
    return Math.abs(chunk.count - before);
  }

  #put(number: number, chunk: Chunk): void {
    while (this.#chunks.length <= number) this.#chunks.push(EMPTY);
    this.#chunks[number] = chunk.count === 0 ? EMPTY : chunk.count === CHUNK_PFNS ? FULL : chunk;
  }
}

/** The first bit from one on that two chunks do not agree on. */
function firstDifference(a: Uint32Array, b: Uint32Array, from: number): number | undefined {
  let wanted = maskOfBits(from % 32, 32);
  for (let index = from >>> 5; index < CHUNK_WORDS; index++) {
    const bits = ((a[index] ?? 0) ^ (b[index] ?? 0)) & wanted;
    if (bits !== 0) return index * 32 + lowestBit(bits);
    wanted = -1;
  }
  return undefined;
}

function requireRange(start: number, count: number): void {
  const isRange = Number.isInteger(start) && Number.isInteger(count) && start >= 0 && count >= 0;
  if (!isRange || start + count > PFN_LIMIT) {
    throw new RangeError(`${start} and ${count} on are no pfns below 2 ** 32`);
  }
}
