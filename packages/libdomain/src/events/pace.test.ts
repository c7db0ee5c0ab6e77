import { expect, test } from '@jest/globals';
import { Pace } from './pace.ts';

const changed = { hasChanged: true, isOfHost: true };
const same = { hasChanged: false, isOfHost: true };
const ofOne = { hasChanged: false, isOfHost: false };

test('the interval counts from the last look at the host, however much news of single domains there is', () => {
  let atMs = 0;
  const pace = new Pace(5_000, () => atMs);
  pace.note(changed);
  atMs = 3_000;
  pace.note(ofOne);
  expect(pace.pauseMs(false)).toBe(2_000);
  atMs = 6_000;
  expect(pace.pauseMs(false)).toBe(0);
  pace.note(same);
  expect(pace.pauseMs(false)).toBe(5_000);
  expect(new Pace(0).pauseMs(false)).toBe(Infinity);
});

test.each([0, 5_000])(
  'what is on its way is looked at less and less often, with an interval of %d',
  (pollMs) => {
    const pace = new Pace(pollMs, () => 0);
    const pauses = Array.from({ length: 9 }, () => {
      pace.note(same);
      return pace.pauseMs(true);
    });
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    pace.note(changed);
    expect(pace.pauseMs(true)).toBe(50);
  },
);

test('looks that show nothing new are kept apart, until one does', () => {
  const pace = new Pace(0);
  const gaps = Array.from({ length: 9 }, () => {
    pace.note(ofOne);
    return pace.gapMs;
  });
  expect(gaps).toEqual([1, 2, 4, 8, 16, 32, 64, 100, 100]);
  pace.note(changed);
  expect(pace.gapMs).toBe(0);
});
