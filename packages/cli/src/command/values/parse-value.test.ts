import { describe, expect, test } from '@jest/globals';
import { asDowntime, asMemoryLimit, doubtOfBandwidth } from './parse-value.ts';

describe('a rate', () => {
  test.each([
    ['10', '10 B a second: 1 GiB takes 1243 days; 10M is 10 MiB a second'],
    ['8K', '8 KiB a second: 1 GiB takes 2 days; 10M is 10 MiB a second'],
    ['08:00,20M 20:00,50', '50 B a second: 1 GiB takes 249 days; 10M is 10 MiB a second'],
  ])('of %s can hardly be meant', (text, doubt) => {
    expect(doubtOfBandwidth(text)).toBe(doubt);
  });

  test.each(['10M', '16K', 'off', '08:00,20M 20:00,off', 'fast'])('of %s leaves no doubt', (text) => {
    expect(doubtOfBandwidth(text)).toBeUndefined();
  });
});

test.each([
  ['3', 3, 'within 3 ms no guest is stopped and started again'],
  ['300', 300, undefined],
  ['0.5s', 500, undefined],
  ['300000', 300_000, 'it may stand still for 5 min 0 s: a number alone counts milliseconds'],
  ['5m', 300_000, 'it may stand still for 5 min 0 s'],
])('a downtime of %s is %i ms: %s', (text, ms, doubt) => {
  expect(asDowntime.parse?.(text)).toBe(ms);
  expect(asDowntime.doubt?.(ms, text)).toBe(doubt);
});

test.each([
  ['4096', 4096],
  ['4G', 4096],
  ['4 GiB', 4096],
  ['2GB', 1908],
  ['1e3', 1000],
])('a limit of memory of %s is %i MiB', (text, mib) => {
  expect(asMemoryLimit.parse?.(text)).toBe(mib);
});

test.each(['', '0', '1.5', '-1', 'much', '0G', '17T', '4Gbit'])('%j is no limit of memory', (text) => {
  expect(() => asMemoryLimit.parse?.(text)).toThrow(
    expect.objectContaining({ code: 'NUMBER_RANGE', kind: 'usage' }),
  );
});
