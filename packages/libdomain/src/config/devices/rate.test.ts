import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatRate, parseRate } from './rate.ts';

test.each([
  // As xl 4.17 computes them.
  ['10Mb/s', { bytesPerInterval: 62_500, intervalUsecs: 50_000 }, '10Mb/s'],
  ['10Mb/s@20ms', { bytesPerInterval: 25_000, intervalUsecs: 20_000 }, '10Mb/s@20ms'],
  ['1MB/s', { bytesPerInterval: 50_000, intervalUsecs: 50_000 }, '8Mb/s'],
  ['1GB/s@1', { bytesPerInterval: 1e9, intervalUsecs: 1e6 }, '8Gb/s@1s'],
  ['1001B/s@1s', { bytesPerInterval: 1001, intervalUsecs: 1e6 }, '1001B/s@1s'],
  ['250KB/s@1500u', { bytesPerInterval: 375, intervalUsecs: 1500 }, '2Mb/s@1500us'],
])('%s', (text, rate, written) => {
  expect(parseRate(text)).toEqual(rate);
  expect(formatRate(rate)).toBe(written);
});

test.each([
  '',
  '10',
  '10Mb',
  '10mb/s',
  '0Mb/s',
  '010Mb/s',
  '1B/s',
  '10Mb/s@',
  '10Mb/s@0ms',
  '10Mb/s@5000s',
  '9999GB/s',
])('%j is no rate', (text) => {
  expect(parseRate(text)).toBeUndefined();
});

test('what is written is read back the same', () => {
  const rates = fc.record({
    bytesPerInterval: fc.integer({ min: 1, max: 10_000_000 }),
    intervalUsecs: fc.integer({ min: 100, max: 1_000_000 }),
  });
  fc.assert(fc.property(rates, (rate) => expect(parseRate(formatRate(rate))).toEqual(rate)));
});
