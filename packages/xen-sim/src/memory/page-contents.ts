import type { Hash } from 'node:crypto';
import type { PageRecipe } from './page-recipe.ts';
import { PAGE_BYTES } from './page.ts';

const CHUNK_PAGES = 512;
/** Words of a page in a chunk: seed, version below 2 ** 32, the rest of the version << 2 | form. All 0 for zeros. */
const PAGE_WORDS = 3;
const ZERO = 0;
const TEXT = 1;
const RANDOM = 2;
/** No recipe makes it: its bytes are kept. */
const OWN = 3;
/** The memory that V8 takes for an object with its buffer, about. */
const OVERHEAD_BYTES = 250;

interface Chunk {
  readonly words: Uint32Array;
  /** by gfn */
  readonly ownPages: Map<number, Uint8Array>;
}

/** Stands for chunks in which nothing but zeros was ever written. Never written to. */
const BLANK = newChunk();

/**
 * The contents of each page. Zeros take nothing, a recipe 12 bytes, other pages themselves, and each content is kept in
 * one way only: so two memories are alike when their words are, and no page has to be made to find that out.
 */
export class PageContents {
  readonly #chunks = new Map<number, Chunk>();

  /** bytes of JavaScript memory that it takes, roughly */
  get footprintBytes(): number {
    let bytes = 0;
    for (const { words, ownPages } of this.#chunks.values()) {
      bytes += words.byteLength + 2 * OVERHEAD_BYTES + ownPages.size * (PAGE_BYTES + OVERHEAD_BYTES);
    }
    return bytes;
  }

  /** undefined for zeros; bytes are those kept here, not a copy */
  get(gfn: number): PageRecipe | Uint8Array | undefined {
    const { words, ownPages } = this.#chunk(chunkOf(gfn));
    const at = wordOf(gfn);
    const last = words[at + 2] ?? 0;
    const form = last & 3;
    if (form === ZERO) return undefined;
    if (form === OWN) return ownPages.get(gfn);
    const version = (last >>> 2) * 2 ** 32 + (words[at + 1] ?? 0);
    return { seed: words[at] ?? 0, gfn, version, entropy: form === TEXT ? 'text' : 'random' };
  }

  setZero(gfn: number): void {
    const chunk = this.#chunks.get(chunkOf(gfn));
    if (chunk !== undefined) setWords(chunk, gfn, 0, 0, ZERO);
  }

  /** The recipe must be of this gfn, and not of zeros. */
  setRecipe(gfn: number, { seed, version, entropy }: Omit<PageRecipe, 'gfn'>): void {
    const form = entropy === 'text' ? TEXT : RANDOM;
    setWords(this.#writable(chunkOf(gfn)), gfn, seed, version, form);
  }

  /** Copies the page, which must be neither zeros nor by a recipe of this gfn. */
  setBytes(gfn: number, page: Uint8Array): void {
    const chunk = this.#writable(chunkOf(gfn));
    const kept = chunk.ownPages.get(gfn) ?? new Uint8Array(PAGE_BYTES);
    kept.set(page);
    setWords(chunk, gfn, 0, 0, OWN);
    chunk.ownPages.set(gfn, kept);
  }

  /** Makes zeros of a range of any length. */
  clear(start: number, count: number): void {
    const end = start + count;
    for (const number of this.#numbersBetween(chunkOf(start), chunkOf(end - 1))) {
      const from = Math.max(start, number * CHUNK_PAGES);
      const to = Math.min(end, (number + 1) * CHUNK_PAGES);
      if (to - from === CHUNK_PAGES) this.#chunks.delete(number);
      else for (let gfn = from; gfn < to; gfn++) this.setZero(gfn);
    }
  }

  /** The lowest gfn that does not hold the same. */
  firstDifference(other: PageContents): number | undefined {
    const numbers = new Set([...this.#chunks.keys(), ...other.#chunks.keys()]);
    for (const number of [...numbers].sort((a, b) => a - b)) {
      const ours = this.#chunk(number);
      const theirs = other.#chunk(number);
      for (let gfn = number * CHUNK_PAGES; gfn < (number + 1) * CHUNK_PAGES; gfn++) {
        if (!holdSame(ours, theirs, gfn)) return gfn;
      }
    }
    return undefined;
  }

  /** Feeds all there is, ascending, but zeros. */
  digestInto(hash: Hash): void {
    for (const [number, { words, ownPages }] of [...this.#chunks].sort(([a], [b]) => a - b)) {
      if (words.every((word) => word === 0)) continue;
      hash.update(`chunk ${number}\n`).update(words);
      for (const [, page] of [...ownPages].sort(([a], [b]) => a - b)) hash.update(page);
    }
  }

  #chunk(number: number): Chunk {
    return this.#chunks.get(number) ?? BLANK;
  }

  #writable(number: number): Chunk {
    const found = this.#chunks.get(number);
    if (found !== undefined) return found;
    const chunk = newChunk();
    this.#chunks.set(number, chunk);
    return chunk;
  }

  /** The chunks there are from the first to the last: all are looked at, or those asked for, if these are fewer. */
  #numbersBetween(first: number, last: number): number[] {
    if (last - first >= this.#chunks.size) {
      return [...this.#chunks.keys()].filter((number) => first <= number && number <= last);
    }
    const asked = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    return asked.filter((number) => this.#chunks.has(number));
  }
}

function newChunk(): Chunk {
  return { words: new Uint32Array(CHUNK_PAGES * PAGE_WORDS), ownPages: new Map() };
}

function chunkOf(gfn: number): number {
  return Math.floor(gfn / CHUNK_PAGES);
}

function wordOf(gfn: number): number {
  return (gfn % CHUNK_PAGES) * PAGE_WORDS;
}

function setWords(
  { words, ownPages }: Chunk,
  gfn: number,
  seed: number,
  version: number,
  form: number,
): void {
  const at = wordOf(gfn);
  if (ownPages.size > 0) ownPages.delete(gfn);
  words[at] = seed;
  words[at + 1] = version; // a typed array keeps the low 32 bits
  words[at + 2] = (Math.floor(version / 2 ** 32) << 2) | form;
}

function holdSame(a: Chunk, b: Chunk, gfn: number): boolean {
  const at = wordOf(gfn);
  for (let word = at; word < at + PAGE_WORDS; word++) {
    if (a.words[word] !== b.words[word]) return false;
  }
  const ours = a.ownPages.get(gfn);
  const theirs = b.ownPages.get(gfn);
  return ours === undefined || theirs === undefined || Buffer.compare(ours, theirs) === 0;
}
