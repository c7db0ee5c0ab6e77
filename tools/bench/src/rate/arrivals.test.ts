import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fullestWindow, meanRate, type Arrival } from './arrivals.ts';

describe('meanRate', () => {
  test('is exact for writes at even distances, whatever has come of the last of them', () => {
    const writes = Array.from({ length: 20 }, (_, index) => ({ at: index * 50, bytes: 500 }));
    expect(meanRate(writes)).toBeCloseTo(10_000);
    const split = [{ at: 0, bytes: 300 }, { at: 0.5, bytes: 200 }, ...writes.slice(1, -1)];
    expect(meanRate([...split, { at: 950, bytes: 7 }])).toBeCloseTo(10_000);
  });

  test('of nothing and of one arrival is 0', () => {
    expect([meanRate([]), meanRate([{ at: 5, bytes: 10 }])]).toEqual([0, 0]);
  });
});

test('the fullest window is that of the definition', () => {
  const steps = fc.array(fc.record({ after: fc.integer({ min: 0, max: 80 }), bytes: fc.nat(1000) }), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(steps, (made) => {
      let at = 0;
      const arrivals: Arrival[] = made.map(({ after, bytes }) => ({ at: (at += after), bytes }));
      const windows = arrivals.map(({ at: begin }) =>
        arrivals
          .filter((one) => one.at >= begin && one.at < begin + 100)
          .reduce((sum, { bytes }) => sum + bytes, 0),
      );
      expect(fullestWindow(arrivals, 100)).toBe(Math.max(...windows));
    }),
  );
});
