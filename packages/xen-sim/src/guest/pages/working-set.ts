import { PAGE_BYTES, type GuestMemory } from '../../memory/index.ts';
import type { GuestModel } from '../model/model.ts';

/** Pages that a guest writes over and over. */
export interface WorkingSet {
  readonly firstGfn: number;
  readonly pages: number;
}

/** Below 4 MiB are the kernel, what it was told at boot, and its rings. */
export const LOWEST_GFN = 0x400;
const HOT_PART = 1 / 8;
const LARGEST_STRIDE = 2 ** 20;

/** Puts the working set at the top of the largest piece of memory, cut to its size. */
export function layOut(memory: GuestMemory, bytes: number): WorkingSet {
  let best = { end: 0, room: 0 };
  for (const [start, count] of memory.ranges()) {
    const room = start + count - Math.max(start, LOWEST_GFN);
    if (room > best.room) best = { end: start + count, room };
  }
  const pages = Math.min(best.room, Math.ceil(bytes / PAGE_BYTES));
  return { firstGfn: best.end - pages, pages };
}

/** Whether all of it has memory, and none of it is where it must not be. */
export function isInMemory(memory: GuestMemory, { firstGfn, pages }: WorkingSet): boolean {
  if (pages === 0) return true;
  if (firstGfn < LOWEST_GFN) return false;
  for (const [start, count] of memory.ranges()) {
    if (firstGfn >= start && firstGfn + pages <= start + count) return true;
  }
  return false;
}

/** Writes what the guest writes once, at boot. */
export function fillSet(memory: GuestMemory, { firstGfn, pages }: WorkingSet, model: GuestModel): void {
  const { seed, entropy } = model;
  for (let page = 0; page < pages; page += 1)
    memory.writeRecipe(firstGfn + page, { seed, version: 0, entropy });
}

/**
 * Does the guest's writes from number `from` up to, but not, number `to`. A share `locality` of them goes around in
 * the hot part of the set, the first eighth, the others in the rest. Each part is written in a cyclic permutation:
 * of however many writes only the last round of a part can still be seen, so this never costs more than the set has
 * pages, and gives the very bytes that each write for itself would have given.
 */
export function writeSet(
  memory: GuestMemory,
  set: WorkingSet,
  model: GuestModel,
  from: number,
  to: number,
): void {
  const hotPages = Math.ceil(set.pages * HOT_PART);
  const hot = { firstGfn: set.firstGfn, pages: hotPages };
  const cold = { firstGfn: set.firstGfn + hotPages, pages: set.pages - hotPages };
  const [hotFrom, hotTo] = [hotWrites(from, model), hotWrites(to, model)];
  writePart(memory, hot, model, hotFrom, hotTo);
  writePart(memory, cold, model, from - hotFrom, to - hotTo);
}

/** How many of the first `count` writes go to the hot part; in whole numbers, so that no write is lost in rounding. */
function hotWrites(count: number, { locality }: GuestModel): number {
  return Math.floor((count * Math.round(locality * 1000)) / 1000);
}

function writePart(
  memory: GuestMemory,
  { firstGfn, pages }: WorkingSet,
  { seed, entropy }: GuestModel,
  from: number,
  to: number,
): void {
  if (pages === 0) return;
  const stride = strideFor(pages, seed);
  const first = Math.max(from, to - pages);
  let slot = ((first % pages) * stride) % pages;
  for (let write = first; write < to; write += 1) {
    memory.writeRecipe(firstGfn + slot, { seed, version: Math.floor(write / pages) + 1, entropy });
    slot = (slot + stride) % pages;
  }
}

/** Steps of this many pages come by each page once before they come back. */
function strideFor(pages: number, seed: number): number {
  let stride = 1 + (seed % Math.min(pages, LARGEST_STRIDE));
  while (greatestCommonDivisor(stride, pages) !== 1) stride += 1;
  return stride;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
