import { expect, test } from '@jest/globals';
import { createLimiter, ManualClock, parseSchedule } from '@vm-tools/ratelimit';
import { TransferRate } from './transfer-rate.ts';

const MIB = 2 ** 20;

function rateOf(text: string, stopAndCopy?: number) {
  const clock = new ManualClock();
  const parent = createLimiter({ rate: Infinity, clock });
  return new TransferRate({ schedule: parseSchedule(text), stopAndCopy, parent });
}

test('a guest that has run while it was copied is stopped without a limit', () => {
  using rate = rateOf('10M');
  rate.enter('precopy');
  expect([rate.limiter.rate, rate.whenStopped]).toEqual([10 * MIB, Infinity]);
  rate.enter('suspending');
  expect(rate.limiter.rate).toBe(10 * MIB);
  rate.enter('stop-and-copy');
  expect(rate.limiter.rate).toBe(Infinity);
  rate.follow(parseSchedule('5M')); // comes too late to hold up a guest that stands still
  expect([rate.limiter.rate, rate.schedule]).toEqual([Infinity, parseSchedule('5M')]);
  rate.setStopAndCopy(7 * MIB);
  expect(rate.limiter.rate).toBe(7 * MIB);
});

test('a guest that stands still all along has one limit', () => {
  using rate = rateOf('10M');
  rate.enter('suspending');
  expect(rate.whenStopped).toBe(10 * MIB);
  rate.enter('stop-and-copy');
  expect(rate.limiter.rate).toBe(10 * MIB);
  rate.follow(parseSchedule('5M'));
  expect(rate.limiter.rate).toBe(5 * MIB);
});

test.each([true, false])('a limit of its own for the stopped guest holds (it ran before: %s)', (hasRun) => {
  using rate = rateOf('10M', 20 * MIB);
  if (hasRun) rate.enter('precopy');
  expect([rate.limiter.rate, rate.whenStopped]).toEqual([10 * MIB, 20 * MIB]);
  rate.enter('stop-and-copy');
  expect(rate.limiter.rate).toBe(20 * MIB);
});

test('the levels above hold all the time', () => {
  const clock = new ManualClock();
  const host = createLimiter({ rate: MIB, clock });
  using rate = new TransferRate({ schedule: parseSchedule('off'), parent: host });
  rate.enter('precopy');
  rate.enter('stop-and-copy');
  expect(rate.limiter.burst).toBe(host.burst);
});
