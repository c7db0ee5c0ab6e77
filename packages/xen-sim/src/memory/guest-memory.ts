import { createHash } from 'node:crypto';
import { PageContents } from './page-contents.ts';
import { fillPage, recogniseRecipe } from './page-recipe.ts';
import type { PageRecipe } from './page-recipe.ts';
import { isZeroPage, requirePage } from './page.ts';
import { SparseBitmap } from './sparse-bitmap.ts';

/**
 * The memory of one guest, as its gfns and what they hold. Nothing here grows with the size of the guest but a bit
 * for each page, and not even these while long stretches are all populated, or all not.
 *
 * Its own rules are those of memory. How much of it a domain may have is the hypervisor's business; so mistakes here
 * are the simulator's, and throw RangeError.
 */
export class GuestMemory {
  readonly #populated = new SparseBitmap();
  readonly #contents = new PageContents();
  #dirty: SparseBitmap | undefined;

  /** pages that have memory */
  get populatedPages(): number {
    return this.#populated.size;
  }

  /** -1 when nothing is populated */
  get highestGfn(): number {
    return this.#populated.highest;
  }

  /** bytes of JavaScript memory that all of this takes, roughly */
  get footprintBytes(): number {
    return (
      this.#populated.footprintBytes + this.#contents.footprintBytes + (this.#dirty?.footprintBytes ?? 0)
    );
  }

  /**
   * Gives memory to gfns that have none: pages of zeros. When there are any, the whole range becomes dirty: without
   * being sent they would be missing at the other side.
   *
   * @returns how many were new
   */
  populate(start: number, count: number): number {
    const added = this.#populated.addRange(start, count);
    if (added > 0) this.#dirty?.addRange(start, count);
    return added;
  }

  /**
   * Takes memory away, with what it held. A gfn that is dirty stays so, as in Xen: code that takes the dirty ones
   * checks whether they are still populated.
   *
   * @returns how many had memory
   */
  depopulate(start: number, count: number): number {
    const taken = this.#populated.deleteRange(start, count);
    this.#contents.clear(start, count);
    return taken;
  }

  isPopulated(gfn: number): boolean {
    return this.#populated.has(gfn);
  }

  /** The lowest gfn with memory, from one on; Infinity if there is none. */
  nextPopulated(from: number): number {
    return this.#populated.next(from) ?? Infinity;
  }

  /** The populated gfns as longest runs, ascending. The reader sees changes ahead of it. */
  ranges(): Iterable<readonly [start: number, count: number]> {
    return this.#populated.ranges();
  }

  /** @throws RangeError unless the gfn is populated and the target is one page long; so do all below */
  readPage(gfn: number, target: Uint8Array): void {
    this.#requirePopulated(gfn);
    requirePage(target);
    const content = this.#contents.get(gfn);
    if (content === undefined) target.fill(0);
    else if (content instanceof Uint8Array) target.set(content);
    else fillPage(content, target);
  }

  /** Copies the page: as nothing when it is zeros, as a recipe when one makes it, else as it is. */
  writePage(gfn: number, page: Uint8Array): void {
    this.#requirePopulated(gfn);
    requirePage(page);
    this.#dirty?.add(gfn);
    const recipe = recogniseRecipe(page);
    if (recipe?.gfn === gfn) this.#contents.setRecipe(gfn, recipe);
    else if (isZeroPage(page)) this.#contents.setZero(gfn);
    else this.#contents.setBytes(gfn, page);
  }

  /** As writePage does with the page that the recipe makes for this gfn, without making it. */
  writeRecipe(gfn: number, recipe: Omit<PageRecipe, 'gfn'>): void {
    this.#requirePopulated(gfn);
    requireRecipe(recipe);
    this.#dirty?.add(gfn);
    if (recipe.entropy === 'zero') this.#contents.setZero(gfn);
    else this.#contents.setRecipe(gfn, recipe);
  }

  isZero(gfn: number): boolean {
    this.#requirePopulated(gfn);
    return this.#contents.get(gfn) === undefined;
  }

  /** From now on each write marks its gfn. Nothing is dirty at first. */
  startLogDirty(): void {
    this.#dirty = new SparseBitmap();
  }

  stopLogDirty(): void {
    this.#dirty = undefined;
  }

  get isLogDirty(): boolean {
    return this.#dirty !== undefined;
  }

  /** 0 while nothing is logged */
  get dirtyPages(): number {
    return this.#dirty?.size ?? 0;
  }

  /** The gfns that became dirty since the last time: XEN_DOMCTL_SHADOW_OP_CLEAN. Empty while nothing is logged. */
  takeDirty(): SparseBitmap {
    return this.#dirty?.take() ?? new SparseBitmap();
  }

  /** Whether the same gfns are populated and hold the same. */
  equals(other: GuestMemory): boolean {
    return this.firstDifference(other) === undefined;
  }

  /** The lowest gfn that only one of the two has, or that holds something else in either. */
  firstDifference(other: GuestMemory): number | undefined {
    const populated = this.#populated.firstDifference(other.#populated) ?? Infinity;
    const held = this.#contents.firstDifference(other.#contents) ?? Infinity;
    const first = Math.min(populated, held);
    return first === Infinity ? undefined : first;
  }

  /** SHA-256 in hexadecimal, equal for equal memories: of what is kept of them, not of each page's bytes. */
  digest(): string {
    const hash = createHash('sha256');
    for (const [start, count] of this.ranges()) hash.update(`range ${start} ${count}\n`);
    this.#contents.digestInto(hash);
    return hash.digest('hex');
  }

  #requirePopulated(gfn: number): void {
    if (!this.#populated.has(gfn)) throw new RangeError(`gfn ${gfn} is not populated`);
  }
}

function requireRecipe({ seed, version }: Omit<PageRecipe, 'gfn'>): void {
  if (seed >>> 0 !== seed) throw new RangeError(`${seed} is no seed of 32 bits`);
  if (!Number.isSafeInteger(version) || version < 0)
    throw new RangeError(`${version} is no version of a page`);
}
