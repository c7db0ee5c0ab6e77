import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PfnBitmap } from './pfn-bitmap.ts';

test('behaves like a set of pfns', () => {
  const step = fc.record({ pfn: fc.integer({ min: 0, max: 2 ** 20 - 1 }), isAdd: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const bitmap = new PfnBitmap(2 ** 20);
      const model = new Set<number>();
      for (const { pfn, isAdd } of steps) {
        if (isAdd) {
          expect(bitmap.add(pfn)).toBe(!model.has(pfn));
          model.add(pfn);
        } else {
          bitmap.delete(pfn);
          model.delete(pfn);
        }
        expect(bitmap.has(pfn)).toBe(isAdd);
        expect(bitmap.size).toBe(model.size);
        expect(bitmap.isEmptyAround(pfn - (pfn % 32), pfn + 64)).toBe(
          ![...model].some((set) => set >>> 5 >= pfn >>> 5 && set >>> 5 <= (pfn + 64) >>> 5),
        );
      }
      expect([...model].every((pfn) => bitmap.has(pfn))).toBe(true);
    }),
  );
});

test('takes the last pfn below its ceiling', () => {
  const bitmap = new PfnBitmap(2 ** 28 - 5);
  expect(bitmap.add(2 ** 28 - 6)).toBe(true);
  expect(bitmap.has(2 ** 28 - 6)).toBe(true);
  expect(bitmap.has(2 ** 28 - 7)).toBe(false);
});

test('what is taken away is away, and nothing beside it', () => {
  const bitmap = new PfnBitmap(2 ** 20);
  for (const pfn of [5, 6, 37]) expect(bitmap.add(pfn)).toBe(true);
  expect([bitmap.delete(5), bitmap.delete(5), bitmap.delete(7)]).toEqual([true, false, false]);
  expect([5, 6, 37].map((pfn) => bitmap.has(pfn))).toEqual([false, true, true]);
  expect([bitmap.size, bitmap.add(6), bitmap.add(5)]).toEqual([2, false, true]);
});

test('a range is its pfns, one after the other', () => {
  const range = fc.tuple(fc.nat(5000), fc.nat(200));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), (ranges) => {
      const [bitmap, one] = [new PfnBitmap(5201), new PfnBitmap(5201)];
      for (const [first, more] of ranges) {
        let added = 0;
        for (let pfn = first; pfn <= first + more; pfn++) if (one.add(pfn)) added++;
        expect(bitmap.addRange(first, first + more)).toBe(added);
        expect(bitmap.size).toBe(one.size);
      }
      const pfns = (of: PfnBitmap): boolean[] => Array.from({ length: 5201 }, (_, pfn) => of.has(pfn));
      expect(pfns(bitmap)).toEqual(pfns(one));
    }),
  );
});
