import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SparseBitmap } from './sparse-bitmap.ts';

const CHUNK = 2 ** 15;
const LIMIT = 3 * CHUNK;
/** Around the ends of words and chunks is where it can go wrong. */
const pfns = fc.oneof(
  fc.nat({ max: LIMIT - 1 }),
  fc
    .tuple(fc.constantFrom(0, 32, CHUNK - 32, CHUNK, 2 * CHUNK), fc.integer({ min: -2, max: 2 }))
    .map(([base, offset]) => Math.max(0, base + offset)),
);
const steps = fc.array(
  fc.record({
    action: fc.constantFrom('add', 'delete', 'addRange', 'deleteRange'),
    from: pfns,
    to: pfns,
  }),
  { maxLength: 12 },
);

/** A byte for each pfn, 0 or 1. */
type Model = Uint8Array;

function apply(step: { action: string; from: number; to: number }, bitmap: SparseBitmap, model: Model): void {
  const isSet = step.action.startsWith('add') ? 1 : 0;
  const [start, end] = step.action.endsWith('Range')
    ? [Math.min(step.from, step.to), Math.max(step.from, step.to)]
    : [step.from, step.from + 1];
  const changes = countOf(1 - isSet, model.subarray(start, end));
  model.fill(isSet, start, end);
  if (step.action === 'add') expect(bitmap.add(start)).toBe(changes === 1);
  else if (step.action === 'delete') expect(bitmap.delete(start)).toBe(changes === 1);
  else if (step.action === 'addRange') expect(bitmap.addRange(start, end - start)).toBe(changes);
  else expect(bitmap.deleteRange(start, end - start)).toBe(changes);
}

function countOf(wanted: number, bits: Uint8Array): number {
  let count = 0;
  for (const bit of bits) if (bit === wanted) count++;
  return count;
}

function rangesOf(model: Model): [number, number][] {
  const ranges: [number, number][] = [];
  for (let end = 0; ;) {
    const start = model.indexOf(1, end);
    if (start < 0) return ranges;
    end = model.indexOf(0, start);
    if (end < 0) end = model.length;
    ranges.push([start, end - start]);
  }
}

describe('a sparse bitmap', () => {
  test('behaves like a set of pfns', () => {
    fc.assert(
      fc.property(steps, pfns, (actions, probe) => {
        const bitmap = new SparseBitmap();
        const model = new Uint8Array(LIMIT);
        for (const step of actions) {
          apply(step, bitmap, model);
          expect(bitmap.size).toBe(countOf(1, model));
          expect(bitmap.has(probe)).toBe(model[probe] === 1);
          const next = model.indexOf(1, probe);
          expect(bitmap.next(probe)).toBe(next < 0 ? undefined : next);
        }
        expect([...bitmap.ranges()]).toEqual(rangesOf(model));
        expect(bitmap.highest).toBe(model.lastIndexOf(1));
      }),
    );
  });

  test('finds the first difference to another', () => {
    fc.assert(
      fc.property(steps, steps, (actions, more) => {
        const [ours, theirs] = [new SparseBitmap(), new SparseBitmap()];
        const [ourModel, theirModel] = [new Uint8Array(LIMIT), new Uint8Array(LIMIT)];
        for (const step of actions) {
          apply(step, ours, ourModel);
          apply(step, theirs, theirModel);
        }
        expect(ours.firstDifference(theirs)).toBeUndefined();
        for (const step of more) apply(step, theirs, theirModel);
        const first = ourModel.findIndex((bit, pfn) => bit !== theirModel[pfn]);
        expect(ours.firstDifference(theirs) ?? -1).toBe(first);
        expect(theirs.firstDifference(ours) ?? -1).toBe(first);
      }),
    );
  });

  test('gives its contents away', () => {
    const bitmap = new SparseBitmap();
    bitmap.addRange(10, CHUNK);
    const taken = bitmap.take();
    bitmap.add(3);
    expect([taken.size, [...taken.ranges()]]).toEqual([CHUNK, [[10, CHUNK]]]);
    expect([bitmap.size, [...bitmap.ranges()]]).toEqual([1, [[3, 1]]]);
  });

  test('may change while it is read', () => {
    const bitmap = new SparseBitmap();
    bitmap.addRange(0, 2 * CHUNK);
    const seen: (readonly [number, number])[] = [];
    for (const range of bitmap.ranges()) {
      seen.push(range);
      if (seen.length === 1) bitmap.addRange(5 * CHUNK, 7);
      bitmap.deleteRange(0, CHUNK);
    }
    expect(seen).toEqual([[0, 2 * CHUNK], [5 * CHUNK, 7]]); // prettier-ignore
  });

  test('takes the last pfn there can be', () => {
    const bitmap = new SparseBitmap();
    expect(bitmap.add(2 ** 32 - 1)).toBe(true);
    expect(bitmap.addRange(2 ** 32 - 40, 40)).toBe(39);
    expect([bitmap.highest, [...bitmap.ranges()]]).toEqual([2 ** 32 - 1, [[2 ** 32 - 40, 40]]]);
  });

  test('is small while it is all alike, and again when it has become so', () => {
    const bitmap = new SparseBitmap();
    bitmap.addRange(0, 2 ** 28);
    const whole = bitmap.footprintBytes;
    expect(whole).toBeLessThan(100_000);
    for (let pfn = CHUNK; pfn < 2 * CHUNK; pfn++) bitmap.delete(pfn);
    expect([...bitmap.ranges()]).toEqual([[0, CHUNK], [2 * CHUNK, 2 ** 28 - 2 * CHUNK]]); // prettier-ignore
    for (let pfn = CHUNK; pfn < 2 * CHUNK; pfn++) bitmap.add(pfn);
    expect([bitmap.size, bitmap.footprintBytes]).toEqual([2 ** 28, whole]);
  });

  test.each([-1, 2 ** 32, 0.5, NaN, Infinity])('does not know %p', (pfn) => {
    const bitmap = new SparseBitmap();
    bitmap.addRange(0, CHUNK);
    expect(bitmap.has(pfn)).toBe(false);
    expect(() => bitmap.add(pfn)).toThrow(RangeError);
    expect(() => bitmap.delete(pfn)).toThrow(RangeError);
    expect(() => bitmap.addRange(pfn, 1)).toThrow(RangeError);
  });
});
