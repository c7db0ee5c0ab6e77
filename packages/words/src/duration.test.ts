import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCount } from './count.ts';
import { describeDuration, parseDuration } from './duration.ts';
import { RANGES } from './ranges.ts';

const SECONDS = { ...RANGES.wait, alone: 's' } as const;
const MS = { ...RANGES.downtime, alone: 'ms' } as const;

describe('a time', () => {
  test.each([
    ['30', 30_000],
    ['2.5', 2_500],
    ['0.0001', 1],
    ['.5', 500],
    ['1e3', 1_000_000],
    ['300ms', 300],
    ['30s', 30_000],
    ['5m', 300_000],
    ['5 min', 300_000],
    ['1h', 3_600_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    [' 3000000 ', 3_000_000_000],
    ['365d', 31_536_000_000],
  ])('%j is %i ms', (text, ms) => {
    expect(parseDuration(text, SECONDS)).toBe(ms);
  });

  test('alone counts what it always has counted', () => {
    expect(parseDuration('300', MS)).toBe(300);
    expect(parseDuration('0.3s', MS)).toBe(300);
  });

  test.each([
    '',
    ' ',
    '0',
    '-1',
    '0ms',
    'soon',
    '10 years',
    '366d',
    '1e400',
    'NaN',
    'Infinity',
    '0x10',
    '5mm',
    '5M',
    '1h30m',
  ])('%j is none: range and unit are told', (text) => {
    expect(() => parseDuration(text, SECONDS)).toThrow(
      expect.objectContaining({
        code: 'NUMBER_RANGE',
        kind: 'usage',
        message: `"${text}" is not a time from 1 ms to 365 d`,
        hint: 'write it like 30s, 300ms, 5m or 1h; a number alone counts seconds',
      }),
    );
  });

  test('what is told is read again as the same, and nothing outside of its range is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 * RANGES.wait.maxMs }), (ms) => {
        const read = (): number => parseDuration(describeDuration(ms), SECONDS);
        if (ms <= SECONDS.maxMs) expect(read()).toBe(ms);
        else expect(read).toThrow();
      }),
    );
  });

  test('whatever the text, it is a time within the range or an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String), fc.stringMatching(/^\d+[a-z]{0,2}$/)),
        (text) => {
          try {
            const ms = parseDuration(text, MS);
            expect(Number.isInteger(ms) && ms >= MS.minMs && ms <= MS.maxMs).toBe(true);
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'NUMBER_RANGE' });
          }
        },
      ),
    );
  });
});

describe('a count', () => {
  test.each([
    ['1', 1],
    ['1000', 1000],
    [' 7 ', 7],
  ])('%j is %i', (text, count) => {
    expect(parseCount(text, RANGES.places)).toBe(count);
  });

  test.each(['', '0', '-1', '1.5', '1001', '1e9', 'many', '9007199254740993'])('%j is none', (text) => {
    expect(() => parseCount(text, RANGES.places)).toThrow(
      expect.objectContaining({
        code: 'NUMBER_RANGE',
        message: `"${text}" is not a whole number from 1 to 1000`,
        hint: expect.any(String),
      }),
    );
  });
});
