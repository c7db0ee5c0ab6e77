import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isAbsentRun } from './absent-run.ts';
import { PAGE_TYPE } from './page-type.ts';

const ABSENT = BigInt(PAGE_TYPE.XTAB) << 60n;

function listOf(first: number, count: number): Buffer {
  const list = Buffer.alloc(8 * count);
  for (let at = 0; at < count; at += 1) list.writeBigUInt64LE(ABSENT | BigInt(first + at), 8 * at);
  return list;
}

/** One that does not lie across a multiple of 65536. */
const run = fc
  .tuple(fc.nat(0xffff), fc.integer({ min: 1, max: 1024 }), fc.nat(0xffff))
  .map(([low, count, high]) => ({ first: high * 0x10000 + Math.min(low, 0x10000 - count), count }));

test('absent pfns, one after the other', () => {
  fc.assert(
    fc.property(run, fc.nat(7), ({ first, count }, shift) => {
      // Lists lie wherever a record happens to be in a chunk.
      const list = Buffer.concat([Buffer.alloc(shift), listOf(first, count)]).subarray(shift);
      expect(isAbsentRun(list)).toBe(true);
    }),
  );
});

test('any other bit, anywhere', () => {
  fc.assert(
    fc.property(run, fc.nat(), fc.nat(7), ({ first, count }, place, bit) => {
      const list = listOf(first, count);
      list[place % list.length]! ^= 1 << bit;
      // A list of one is always one after the other.
      const isStillOne = count === 1 && place % 8 < 4;
      expect(isAbsentRun(list)).toBe(isStillOne);
    }),
  );
});

test('it says no to what libxc does not list at once, and where halves would have to be carried', () => {
  expect(isAbsentRun(listOf(0, 1025))).toBe(false);
  expect(isAbsentRun(listOf(0xffff, 1))).toBe(true);
  expect(isAbsentRun(listOf(0xffff, 2))).toBe(false);
});
