import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PAGE_TYPE } from './page-type.ts';
import { typeOfRun } from './pfn-run.ts';

const { XTAB, NOTAB } = PAGE_TYPE;

function listOf(first: number, count: number, type: number = XTAB): Buffer {
  const list = Buffer.alloc(8 * count);
  for (let at = 0; at < count; at += 1)
    list.writeBigUInt64LE((BigInt(type) << 60n) | BigInt(first + at), 8 * at);
  return list;
}

/** One that does not lie across a multiple of 65536. */
const run = fc
  .tuple(fc.nat(0xffff), fc.integer({ min: 1, max: 1024 }), fc.nat(0xffff))
  .map(([low, count, high]) => ({ first: high * 0x10000 + Math.min(low, 0x10000 - count), count }));

const type = fc.constantFrom(XTAB, NOTAB);

test('pfns of one type, one after the other', () => {
  fc.assert(
    fc.property(run, type, fc.nat(7), ({ first, count }, of, shift) => {
      // Lists lie wherever a record happens to be in a chunk.
      const list = Buffer.concat([Buffer.alloc(shift), listOf(first, count, of)]).subarray(shift);
      expect(typeOfRun(list)).toBe(of);
    }),
  );
});

test('any other bit, anywhere', () => {
  fc.assert(
    fc.property(run, type, fc.nat(), fc.nat(7), ({ first, count }, of, place, bit) => {
      const list = listOf(first, count, of);
      list[place % list.length]! ^= 1 << bit;
      // A list of one is always one after the other.
      const isStillOne = count === 1 && place % 8 < 4;
      expect(typeOfRun(list)).toBe(isStillOne ? of : undefined);
    }),
  );
});

test('it says no to what libxc does not list at once, and where halves would have to be carried', () => {
  expect(typeOfRun(listOf(0, 1025))).toBe(undefined);
  expect(typeOfRun(listOf(0xffff, 1))).toBe(XTAB);
  expect(typeOfRun(listOf(0xffff, 2))).toBe(undefined);
  expect(typeOfRun(listOf(0, 2, PAGE_TYPE.L1TAB))).toBe(undefined);
});
