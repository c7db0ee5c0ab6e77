import type { GuestMemory } from '../../memory/index.ts';
import { LOWEST_GFN, type WorkingSet } from './working-set.ts';

/** A piece of memory: its first gfn, and how many pages. */
export type Piece = readonly [start: number, count: number];

/** Below 4 GiB is a hole for devices and special pages. */
const HOLE: Piece = [0xf0000, 0x10000];

/** Pages that hold nothing of the guest, as pieces of together `count` pages, or as many as there are. */
export function spareMemory(memory: GuestMemory, set: WorkingSet, count: number): Piece[] {
  const spare: Piece[] = [];
  for (const [start, length] of memory.ranges())
    for (const room of without([start, length], set)) spare.push(...within(room));
  return cut(spare, count);
}

/** Gfns without memory, of together `count` pages: first where some was given back, then behind the last. */
export function missingMemory(memory: GuestMemory, count: number): Piece[] {
  const missing: Piece[] = [];
  let next = LOWEST_GFN;
  for (const [start, length] of memory.ranges()) {
    if (start > next) missing.push(...within([next, start - next]));
    next = Math.max(next, start + length);
  }
  missing.push(...within([next, count + HOLE[1]]));
  return cut(missing, count);
}

/** The parts of a piece that are neither the kernel's nor in the hole. */
function within([start, count]: Piece): Piece[] {
  const end = start + count;
  const [holeStart, holeEnd] = [HOLE[0], HOLE[0] + HOLE[1]];
  const parts: Piece[] = [
    span(Math.max(start, LOWEST_GFN), Math.min(end, holeStart)),
    span(Math.max(start, holeEnd), end),
  ];
  return parts.filter(([, length]) => length > 0);
}

function without(piece: Piece, { firstGfn, pages }: WorkingSet): Piece[] {
  const [start, count] = piece;
  const end = start + count;
  if (pages === 0 || firstGfn >= end || firstGfn + pages <= start) return [piece];
  const parts = [span(start, firstGfn), span(firstGfn + pages, end)];
  return parts.filter(([, length]) => length > 0);
}

function span(start: number, end: number): Piece {
  return [start, end - start];
}

function cut(pieces: readonly Piece[], count: number): Piece[] {
  let left = count;
  return pieces.flatMap(([start, length]) => {
    const taken = Math.min(length, left);
    left -= taken;
    return taken > 0 ? [[start, taken] as const] : [];
  });
}
