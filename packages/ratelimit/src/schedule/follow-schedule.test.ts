import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '../clock/manual-clock.ts';
import { systemWallClock } from '../clock/wall-clock.ts';
import { createLimiter } from '../limiter/create-limiter.ts';
import { followSchedule } from './follow-schedule.ts';
import { parseSchedule } from './schedule.ts';

const MIB = 2 ** 20;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A host in the evening before something happens to its wall clock. */
function hostAt(startMs: number) {
  const clock = new ManualClock();
  const wall = { offsetMs: startMs, msOfDay: () => (clock.now() + wall.offsetMs) % DAY };
  return { clock, wall, limiter: createLimiter({ rate: 1, clock }) };
}

describe('a limiter on a timetable', () => {
  test('has the rate of the time of day, from the first moment on, day after day', async () => {
    const { clock, wall, limiter } = hostAt(7.5 * HOUR);
    const follower = followSchedule(limiter, parseSchedule('08:00,50M 20:00,off'), {
      clock,
      wallClock: wall,
    });
    expect(limiter.rate).toBe(Infinity);
    for (let day = 0; day < 3; day += 1) {
      await clock.advance(HOUR / 2 - 1);
      expect(limiter.rate).toBe(Infinity);
      await clock.advance(1);
      expect(limiter.rate).toBe(50 * MIB);
      await clock.advance(12 * HOUR - 1);
      expect(limiter.rate).toBe(50 * MIB);
      await clock.advance(1);
      expect(limiter.rate).toBe(Infinity);
      await clock.advance(11.5 * HOUR);
    }
    follower.stop();
    await settled();
    expect(clock.pending).toBe(0);
  });

  test('goes by what the wall shows when summer time begins and ends', async () => {
    const { clock, wall, limiter } = hostAt(1.5 * HOUR);
    using follower = followSchedule(limiter, parseSchedule('02:30,2M 07:00,7M 23:00,off'), {
      clock,
      wallClock: wall,
    });
    await clock.advance(HOUR / 2);
    wall.offsetMs += HOUR; // 02:00 is 03:00, and 02:30 was never shown
    await clock.advance(60_000);
    expect(limiter.rate).toBe(2 * MIB);
    await clock.advance(4 * HOUR - 60_000 - 1);
    expect(limiter.rate).toBe(2 * MIB);
    await clock.advance(1); // 07:00 comes an hour earlier than it seemed yesterday
    expect(limiter.rate).toBe(7 * MIB);

    await clock.advance(20 * HOUR); // 03:00
    expect(limiter.rate).toBe(2 * MIB);
    wall.offsetMs -= HOUR; // it is 02:00 again, when the old rate held
    await clock.advance(60_000);
    expect(limiter.rate).toBe(Infinity);
    await clock.advance(HOUR / 2);
    expect(limiter.rate).toBe(2 * MIB);
    expect(follower.schedule).toHaveLength(3);
  });

  test('can be put on another one, and leaves a rate set by hand until the next entry is due', async () => {
    const { clock, wall, limiter } = hostAt(9 * HOUR);
    const follower = followSchedule(limiter, parseSchedule('08:00,50M 20:00,off'), {
      clock,
      wallClock: wall,
    });
    limiter.setRate(5);
    await clock.advance(2 * HOUR);
    expect(limiter.rate).toBe(5);
    follower.change(parseSchedule('08:00,3M 12:00,4M'));
    expect(limiter.rate).toBe(3 * MIB);
    await clock.advance(HOUR);
    expect(limiter.rate).toBe(4 * MIB);
    follower.change(parseSchedule('20M'));
    await settled();
    expect([limiter.rate, clock.pending]).toEqual([20 * MIB, 0]);
  });

  test('is left alone from the moment that the signal fires', async () => {
    const { clock, wall, limiter } = hostAt(9 * HOUR);
    const abort = new AbortController();
    const options = { clock, wallClock: wall, signal: abort.signal };
    const schedule = parseSchedule('08:00,50M 20:00,off');
    const follower = followSchedule(limiter, schedule, options);
    abort.abort();
    follower.change(parseSchedule('1M'));
    await clock.advance(DAY);
    expect([limiter.rate, clock.pending]).toEqual([50 * MIB, 0]);
    const late = createLimiter({ rate: 1, clock });
    followSchedule(late, schedule, options);
    expect([late.rate, clock.pending]).toEqual([1, 0]);
  });
});

test('the wall clock of the machine shows what Date shows', () => {
  const before = new Date().toTimeString().slice(0, 8);
  const shown = new Date(2000, 0, 1, 0, 0, 0, systemWallClock.msOfDay()).toTimeString().slice(0, 8);
  const after = new Date().toTimeString().slice(0, 8);
  expect([before, after]).toContain(shown);
});
