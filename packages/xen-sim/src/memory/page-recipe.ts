import { fillRandom, fillText } from './page-filler.ts';
import { PAGE_BYTES, requirePage } from './page.ts';

/** The look of a page to a compressor: nothing at all, about 4:1, incompressible. */
export type Entropy = 'zero' | 'text' | 'random';

/**
 * Contents that can be made again at any time: what a guest wrote there last. Same recipe, same bytes; another
 * recipe, other bytes, but for zeros, which are all alike.
 */
export interface PageRecipe {
  /** unsigned, 32 bits */
  readonly seed: number;
  /** unsigned, 32 bits */
  readonly gfn: number;
  /** which write it was: a safe integer, not negative */
  readonly version: number;
  readonly entropy: Entropy;
}

// A page begins with its own recipe, as six words: "sim ", "text" or "rand", seed, gfn, version (low, high half).
const MAGIC = 0x206d6973;
const TEXT = 0x74786574;
const RANDOM = 0x646e6172;
const HEADER_WORDS = 6;

/** Pages are made here, as the target of a caller need not be aligned for words. */
const scratch = new Uint32Array(PAGE_BYTES / 4);
const scratchBytes = Buffer.from(scratch.buffer);
const header = new Uint32Array(HEADER_WORDS);
const headerBytes = Buffer.from(header.buffer);

/** @throws RangeError unless the target is one page long */
export function fillPage(recipe: PageRecipe, target: Uint8Array): void {
  requirePage(target);
  if (recipe.entropy === 'zero') {
    target.fill(0);
    return;
  }
  makePage(recipe);
  target.set(scratchBytes);
}

/**
 * The recipe by which a page was made: its first bytes name one, and making the page again gives all of it. A page
 * that happens to begin like one (a guest may write what it likes) is none. Zeros have no recipe.
 */
export function recogniseRecipe(page: Uint8Array): PageRecipe | undefined {
  if (!hasMagic(page) || page.length !== PAGE_BYTES) return undefined;
  headerBytes.set(page.subarray(0, headerBytes.length));
  const [, form, seed = 0, gfn = 0, low = 0, high = 0] = header;
  const version = high * 2 ** 32 + low;
  if ((form !== TEXT && form !== RANDOM) || !Number.isSafeInteger(version)) return undefined;
  const recipe: PageRecipe = { seed, gfn, version, entropy: form === TEXT ? 'text' : 'random' };
  makePage(recipe);
  return scratchBytes.equals(page) ? recipe : undefined;
}

/** Four comparisons in JavaScript: every page written comes by here, and a call out of it costs more than these. */
function hasMagic(page: Uint8Array): boolean {
  return page[0] === 0x73 && page[1] === 0x69 && page[2] === 0x6d && page[3] === 0x20;
}

function makePage({ seed, gfn, version, entropy }: PageRecipe): void {
  scratch[0] = MAGIC;
  scratch[1] = entropy === 'text' ? TEXT : RANDOM;
  scratch[2] = seed;
  scratch[3] = gfn;
  scratch[4] = version; // a typed array keeps the low 32 bits
  scratch[5] = version / 2 ** 32;
  const fill = entropy === 'text' ? fillText : fillRandom;
  fill(scratch, HEADER_WORDS, hashHeader());
}

/** Neighbouring pages and versions must not look alike, so that no compressor finds one in another. */
function hashHeader(): number {
  let hash = 0;
  for (let word = 1; word < HEADER_WORDS; word++) {
    hash = Math.imul(hash ^ (scratch[word] ?? 0), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return hash;
}
