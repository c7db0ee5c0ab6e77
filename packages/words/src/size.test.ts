import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SIZE_PATTERN, sizeOf, sizeWords } from './size.ts';

const KIB = 1024;
const MIB = KIB ** 2;
const GIB = KIB ** 3;

describe('a size', () => {
  test.each([
    ['64k', 64 * KIB],
    ['2048K', 2 * MIB],
    ['512M', 512 * MIB],
    ['512MiB', 512 * MIB],
    ['512 mib', 512 * MIB],
    ['20 GiB', 20 * GIB],
    ['20g', 20 * GIB],
    ['1.5t', 1.5 * 1024 * GIB],
    ['512MB', 512e6],
    ['2GB', 2e9],
    ['1.5 tb', 1.5e12],
    ['1kB', 1000],
    ['5000B', 5000],
    ['0G', 0],
    [' 1G ', GIB],
    ['1.0001G', Math.ceil(1.0001 * GIB)],
    ['0.0001K', 1],
  ])('%j is %i bytes', (text, bytes) => {
    expect(sizeOf(text)).toBe(bytes);
    expect(sizeOf(text, { alone: 'MiB' })).toBe(bytes);
    expect(text.trim()).toMatch(new RegExp(SIZE_PATTERN));
  });

  test('alone counts what is asked for', () => {
    expect(sizeOf('20', { alone: 'MiB' })).toBe(20 * MIB);
    expect(sizeOf('1.5', { alone: 'MiB' })).toBe(1.5 * MIB);
    expect(sizeOf('20', { alone: 'bytes' })).toBe(20);
    expect(sizeOf('1125899906842624', { alone: 'bytes' })).toBe(2 ** 50);
    expect(sizeOf('20')).toBeUndefined();
  });

  test('parts of what is to be whole are rounded up', () => {
    expect(sizeOf('1.0001G', { wholeBytes: MIB })).toBe(1025 * MIB);
    expect(sizeOf('1K', { wholeBytes: MIB })).toBe(MIB);
    expect(sizeOf('2GB', { wholeBytes: MIB })).toBe(1908 * MIB);
    expect(sizeOf('3M', { wholeBytes: MIB })).toBe(3 * MIB);
  });

  test.each([
    '',
    'G',
    'much',
    '-1G',
    '+1G',
    '1e3G',
    '0x10',
    '1,5G',
    '.5G',
    '5.G',
    '1  G',
    '10iB',
    '100Mbit',
    '64M/s',
    '10P',
    'off',
    'Infinity',
    '9'.repeat(400),
    '1G\n2G',
  ])('%j is none', (text) => {
    expect(sizeOf(text, { alone: 'MiB' })).toBeUndefined();
    expect(text).not.toMatch(new RegExp(SIZE_PATTERN));
  });

  test('the pattern for schemas has all sizes and no other text', () => {
    const text = fc.stringMatching(/^[0159. kKmMgGtTiIbBx-]{0,12}$/);
    fc.assert(
      fc.property(text, (each) => {
        fc.pre(each === each.trim());
        expect(new RegExp(SIZE_PATTERN).test(each)).toBe(sizeOf(each, { alone: 'bytes' }) !== undefined);
      }),
    );
  });

  test('of the words for it all are sizes', () => {
    const examples = sizeWords().match(/\d[\d.]*[MG]\w*/g) ?? [];
    expect(examples.map((text) => sizeOf(text))).toEqual([512 * MIB, 2 * GIB, 1.5 * GIB, 2e9]);
    expect(sizeWords({ alone: 'MiB' })).toMatch(/; a number alone counts MiB$/);
  });
});
