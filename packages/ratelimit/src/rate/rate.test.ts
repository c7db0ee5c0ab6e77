import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatRate, parseRate } from './rate.ts';

describe('parseRate', () => {
  test.each([
    ['10M', 10 * 2 ** 20],
    ['10MiB/s', 10 * 2 ** 20],
    ['10 MiB/s', 10 * 2 ** 20],
    ['1.5G', 1.5 * 2 ** 30],
    ['64k', 65536],
    ['64K/s', 65536],
    ['1T', 2 ** 40],
    ['10MB/s', 10e6],
    ['100Mbit', 12.5e6],
    ['1Gbit/s', 125e6],
    ['8000bit', 1000],
    ['5000', 5000],
    ['5000B/s', 5000],
    [' off ', Infinity],
  ])('%p is %p bytes per second', (text, rate) => expect(parseRate(text)).toBe(rate));

  test.each([
    '',
    'fast',
    '10Mb',
    '10Mbps',
    '10iB',
    '-1M',
    '0',
    '0.5',
    'Infinity',
    '1e9',
    '10 M B',
    '9'.repeat(400),
  ])('%p is refused with a hint', (text) => {
    const refused = expect.objectContaining({ code: 'RATE_SYNTAX', kind: 'usage', hint: expect.any(String) });
    expect(() => parseRate(text)).toThrow(refused);
  });

  test('reads back what formatRate wrote, to the precision that it shows', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 2 ** 49, noNaN: true }), (rate) => {
        expect(Math.abs(parseRate(formatRate(rate)) / rate - 1)).toBeLessThan(0.06);
      }),
    );
    expect(parseRate(formatRate(Infinity))).toBe(Infinity);
  });
});

test('formatRate names the unit', () => {
  expect(formatRate(10 * 2 ** 20)).toBe('10 MiB/s');
  expect(formatRate(Infinity)).toBe('off');
});
