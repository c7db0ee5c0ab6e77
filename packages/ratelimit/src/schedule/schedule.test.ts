import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatSchedule, msUntilNextEntry, parseSchedule, rateAt } from './schedule.ts';

const MIB = 2 ** 20;
const at = (hours: number, minutes = 0): number => (hours * 60 + minutes) * 60_000;

describe('parseSchedule', () => {
  test.each([
    ['08:00,50M 20:00,off', [[at(8), 50 * MIB], [at(20), Infinity]]],
    ['  20:30,off\n8:00,100Mbit/s ', [[at(8), 12.5e6], [at(20, 30), Infinity]]],
    ['08:00,50 MiB/s 20:00,1 GiB/s', [[at(8), 50 * MIB], [at(20), 1024 * MIB]]],
    ['00:00,1M 23:59,2M', [[0, MIB], [at(23, 59), 2 * MIB]]],
    ['12:00,1M', [[at(12), MIB]]],
    ['50M', [[0, 50 * MIB]]],
    [' off ', [[0, Infinity]]],
  ])('%p', (text, entries) => {
    expect(parseSchedule(text).map(({ fromMs, rate }) => [fromMs, rate])).toEqual(entries);
  }); // prettier-ignore

  test.each([
    '08:00',
    '08:00,',
    '08:00,fast',
    '24:00,1M',
    '08:60,1M',
    '8,1M',
    ',',
    '08:00,1M,2M',
    '08:00,1M 20:00',
    '08:00,1M; 20:00,off',
    '50M 20:00,off',
    '08:00,1M 8:00,2M',
  ])('%p is refused with a hint', (text) => {
    const refused = { code: 'SCHEDULE_SYNTAX', kind: 'usage', hint: expect.any(String), details: { text } };
    expect(() => parseSchedule(text)).toThrow(expect.objectContaining(refused));
  });

  test('says what is wrong with a rate alone in its own words', () => {
    expect(() => parseSchedule('fast')).toThrow(expect.objectContaining({ code: 'RATE_SYNTAX' }));
  });

  test('reads back what formatSchedule wrote', () => {
    expect(formatSchedule(parseSchedule('20:00,off 8:05,50M'))).toBe('08:05,50 MiB/s 20:00,off');
    expect(formatSchedule(parseSchedule('50M'))).toBe('50 MiB/s');
    const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 24 * 60 - 1 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(minutes, (times) => {
        const entries = times.map((time, index) => ({ fromMs: time * 60_000, rate: (index + 1) * MIB }));
        const [first, ...others] = entries.sort((a, b) => a.fromMs - b.fromMs);
        if (first === undefined) return;
        const read = parseSchedule(formatSchedule([first, ...others]));
        if (others.length > 0) expect(read).toEqual(entries);
      }),
    );
  });
});

test('before the first entry of a day the last one of the day before holds', () => {
  const schedule = parseSchedule('08:00,1M 12:00,2M 20:00,off');
  const rates = [0, at(7, 59), at(8), at(11, 59), at(12), at(20), at(23, 59)].map((ms) =>
    rateAt(schedule, ms),
  );
  expect(rates).toEqual([Infinity, Infinity, MIB, MIB, 2 * MIB, Infinity, Infinity]);
  expect(rateAt(parseSchedule('5M'), 0)).toBe(5 * MIB);
});

test('the next entry may be that of the next day', () => {
  const schedule = parseSchedule('08:00,1M 20:00,off');
  expect([at(7), at(8), at(20, 30)].map((ms) => msUntilNextEntry(schedule, ms))).toEqual([
    at(1),
    at(12),
    at(11, 30),
  ]);
});
