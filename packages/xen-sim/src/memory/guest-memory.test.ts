import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GuestMemory } from './guest-memory.ts';
import { fillPage } from './page-recipe.ts';
import type { Entropy } from './page-recipe.ts';
import { PAGE_BYTES } from './page.ts';

const TIB_PAGES = 2 ** 28;
const LIMIT = 1100;
const gfns = fc.nat({ max: LIMIT - 1 });
const entropies = fc.constantFrom<Entropy>('zero', 'text', 'random');

const steps = fc.array(
  fc.oneof(
    fc.record({ action: fc.constantFrom('populate', 'depopulate'), gfn: gfns, count: fc.nat({ max: 700 }) }),
    fc.record({
      action: fc.constant('writeRecipe'),
      gfn: gfns,
      entropy: entropies,
      version: fc.maxSafeNat(),
    }),
    fc.record({ action: fc.constant('writeMade'), gfn: gfns, madeFor: gfns, entropy: entropies }),
    fc.record({ action: fc.constant('writeBytes'), gfn: gfns, byte: fc.nat({ max: 3 }) }),
    fc.record({ action: fc.constant('takeDirty'), gfn: gfns }),
  ),
  { maxLength: 25 },
);
interface Step {
  readonly action: string;
  readonly gfn: number;
  readonly count?: number;
  readonly entropy?: Entropy;
  readonly version?: number;
  readonly madeFor?: number;
  readonly byte?: number;
}

function made(gfn: number, entropy: Entropy, version = 1): Buffer {
  const page = Buffer.alloc(PAGE_BYTES);
  fillPage({ seed: 5, gfn, version, entropy }, page);
  return page;
}

function read(memory: GuestMemory, gfn: number): Buffer {
  const page = Buffer.alloc(PAGE_BYTES, 0xee);
  memory.readPage(gfn, page);
  return page;
}

/** Each page as it is, and a log of what is dirty. */
class Model {
  readonly pages = new Map<number, Buffer>();
  readonly dirty = new Set<number>();

  apply({ action, gfn, count = 0, entropy = 'zero', version, madeFor = gfn, byte = 0 }: Step): void {
    if (action === 'takeDirty') this.dirty.clear();
    else if (action === 'populate') this.#populate(gfn, count);
    else if (action === 'depopulate') for (let at = gfn; at < gfn + count; at++) this.pages.delete(at);
    else if (this.pages.has(gfn)) {
      this.pages.set(
        gfn,
        action === 'writeBytes' ? Buffer.alloc(PAGE_BYTES, byte) : made(madeFor, entropy, version),
      );
      this.dirty.add(gfn);
    }
  }

  #populate(gfn: number, count: number): void {
    const all = Array.from({ length: count }, (_, index) => gfn + index);
    const fresh = all.filter((at) => !this.pages.has(at));
    for (const at of fresh) this.pages.set(at, Buffer.alloc(PAGE_BYTES));
    if (fresh.length > 0) for (const at of all) this.dirty.add(at);
  }
}

function apply(step: Step, memory: GuestMemory): void {
  const { action, gfn, count = 0, entropy = 'zero', version = 1, madeFor = gfn, byte = 0 } = step;
  if (action === 'takeDirty') memory.takeDirty();
  else if (action === 'populate') memory.populate(gfn, count);
  else if (action === 'depopulate') memory.depopulate(gfn, count);
  else if (!memory.isPopulated(gfn)) return;
  else if (action === 'writeRecipe') memory.writeRecipe(gfn, { seed: 5, version, entropy });
  else if (action === 'writeMade') memory.writePage(gfn, made(madeFor, entropy));
  else memory.writePage(gfn, Buffer.alloc(PAGE_BYTES, byte));
}

/** A copy as a restore makes it: another history, the same contents. */
function copyOf(memory: GuestMemory): GuestMemory {
  const copy = new GuestMemory();
  for (const [start, count] of memory.ranges()) {
    copy.populate(start, count);
    for (let gfn = start; gfn < start + count; gfn++) copy.writePage(gfn, read(memory, gfn));
  }
  return copy;
}

describe('guest memory', () => {
  test('holds what was written, and knows what is dirty', () => {
    fc.assert(
      fc.property(steps, (actions: Step[]) => {
        const memory = new GuestMemory();
        const model = new Model();
        memory.startLogDirty();
        for (const step of actions) {
          apply(step, memory);
          model.apply(step);
        }
        expect(memory.populatedPages).toBe(model.pages.size);
        expect(memory.highestGfn).toBe(Math.max(-1, ...model.pages.keys()));
        for (const [gfn, page] of model.pages) {
          expect(read(memory, gfn).equals(page)).toBe(true);
          expect(memory.isZero(gfn)).toBe(page.every((byte) => byte === 0));
        }
        expect(memory.dirtyPages).toBe(model.dirty.size);
        const dirty = memory.takeDirty();
        expect([...model.dirty].every((gfn) => dirty.has(gfn))).toBe(true);
        expect([dirty.size, memory.dirtyPages]).toEqual([model.dirty.size, 0]);
      }),
      { numRuns: 50 },
    );
  });

  test('is equal to its copy, and to no other', () => {
    fc.assert(
      fc.property(steps, steps, (actions: Step[], more: Step[]) => {
        const memory = new GuestMemory();
        for (const step of actions) apply(step, memory);
        const copy = copyOf(memory);
        expect([copy.firstDifference(memory), copy.digest()]).toEqual([undefined, memory.digest()]);
        for (const step of more) apply(step, copy);
        const first = firstDifferentPage(memory, copy);
        expect([memory.firstDifference(copy), copy.firstDifference(memory)]).toEqual([first, first]);
        expect(memory.digest() === copy.digest()).toBe(first === undefined);
        expect(memory.equals(copy)).toBe(first === undefined);
      }),
      { numRuns: 50 },
    );
  });

  test('keeps a page of its own apart from the one that was written', () => {
    const memory = new GuestMemory();
    memory.populate(7, 1);
    const page = Buffer.from('state'.padEnd(PAGE_BYTES));
    memory.writePage(7, page);
    page.fill(1);
    expect(read(memory, 7).toString('latin1', 0, 5)).toBe('state');
  });

  test('forgets what a page held when its memory is taken away', () => {
    const memory = new GuestMemory();
    memory.populate(0, 600);
    memory.writePage(5, Buffer.alloc(PAGE_BYTES, 9));
    memory.writeRecipe(550, { seed: 1, version: 1, entropy: 'text' });
    expect([memory.depopulate(5, 1), memory.depopulate(5, 700)]).toEqual([1, 594]);
    memory.populate(0, 600);
    expect([memory.isZero(5), memory.isZero(550)]).toEqual([true, true]);
  });

  test('logs only while it is told to', () => {
    const memory = new GuestMemory();
    memory.populate(0, 10);
    const write = () => memory.writeRecipe(3, { seed: 1, version: 1, entropy: 'random' });
    write();
    expect([memory.isLogDirty, memory.dirtyPages, memory.takeDirty().size]).toEqual([false, 0, 0]);
    memory.startLogDirty();
    expect([memory.isLogDirty, memory.dirtyPages]).toEqual([true, 0]);
    write();
    memory.populate(20, 2);
    memory.depopulate(3, 1);
    expect([...memory.takeDirty().ranges()]).toEqual([[3, 1], [20, 2]]); // prettier-ignore
    memory.stopLogDirty();
    expect([memory.isLogDirty, memory.takeDirty().size]).toEqual([false, 0]);
  });

  test('of 1 TiB is small, and only what is written costs', () => {
    const memory = new GuestMemory();
    expect(memory.populate(0, TIB_PAGES)).toBe(TIB_PAGES);
    expect(memory.footprintBytes).toBeLessThan(100_000);
    memory.startLogDirty();
    for (let gfn = 0; gfn < 512; gfn++) memory.writeRecipe(gfn, { seed: 1, version: gfn, entropy: 'text' });
    memory.writePage(TIB_PAGES - 1, Buffer.alloc(PAGE_BYTES, 1));
    expect(memory.footprintBytes).toBeLessThan(200_000);
    expect([...memory.ranges()]).toEqual([[0, TIB_PAGES]]);
    expect([...memory.takeDirty().ranges()]).toEqual([[0, 512], [TIB_PAGES - 1, 1]]); // prettier-ignore
    const other = new GuestMemory();
    other.populate(0, TIB_PAGES);
    expect([memory.firstDifference(other), other.equals(memory)]).toEqual([0, false]);
    expect(memory.depopulate(0, TIB_PAGES)).toBe(TIB_PAGES);
    expect([memory.populatedPages, memory.highestGfn, memory.isPopulated(0)]).toEqual([0, -1, false]);
  });
});

describe('mistakes are refused', () => {
  const memory = new GuestMemory();
  memory.populate(1, 1);
  const page = Buffer.alloc(PAGE_BYTES);
  const recipe = { seed: 1, version: 1, entropy: 'text' } as const;

  test.each<[string, () => void]>([
    ['reading', () => memory.readPage(2, page)],
    ['writing', () => memory.writePage(2, page)],
    ['a recipe', () => memory.writeRecipe(2, recipe)],
    ['asking for zeros', () => memory.isZero(0)],
    ['half a gfn', () => memory.writeRecipe(1.5, recipe)],
  ])('%s where there is no memory', (_, act) => expect(act).toThrow(/is not populated/));

  test.each<[string, () => void]>([
    ['reading into a short page', () => memory.readPage(1, page.subarray(1))],
    ['writing a short page', () => memory.writePage(1, page.subarray(1))],
    ['a seed below 0', () => memory.writeRecipe(1, { ...recipe, seed: -1 })],
    ['a version beyond all numbers', () => memory.writeRecipe(1, { ...recipe, version: 2 ** 53 })],
    ['populating beyond the last gfn', () => memory.populate(2 ** 32, 1)],
    ['depopulating less than nothing', () => memory.depopulate(1, -1)],
  ])('%s', (_, act) => expect(act).toThrow(RangeError));
});

function firstDifferentPage(one: GuestMemory, other: GuestMemory): number | undefined {
  for (let gfn = 0; gfn < 2 * LIMIT; gfn++) {
    if (one.isPopulated(gfn) !== other.isPopulated(gfn)) return gfn;
    if (one.isPopulated(gfn) && !read(one, gfn).equals(read(other, gfn))) return gfn;
  }
  return undefined;
}
