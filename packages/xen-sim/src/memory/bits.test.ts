import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lowestBit, maskOfBits, popcount } from './bits.ts';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const digitsOf = (bits: number) => (bits >>> 0).toString(2).padStart(32, '0');

test('bits are counted and found', () => {
  fc.assert(
    fc.property(word, (bits) => {
      const digits = digitsOf(bits);
      expect(popcount(bits)).toBe(digits.replaceAll('0', '').length);
      if (bits !== 0) expect(lowestBit(bits)).toBe(31 - digits.lastIndexOf('1'));
    }),
  );
});

test.each([
  [0, 32, 0xffff_ffff],
  [-5, 99, 0xffff_ffff],
  [0, 1, 1],
  [31, 32, 0x8000_0000],
  [4, 8, 0xf0],
  [-1, 31, 0x7fff_ffff],
])('a mask of the bits from %p to %p', (from, to, mask) => expect(maskOfBits(from, to) >>> 0).toBe(mask));
