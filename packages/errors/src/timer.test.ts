import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { within } from './abort.ts';
import { sleep } from './sleep.ts';
import { Timer } from './timer.ts';

const DAY_MS = 86_400_000;

// These have the fault of the true ones: what is longer than 2^31 - 1 ms rings after one.
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** All that are set for more than 24 days, and some around that. */
const anyMs = fc.oneof(
  fc.integer({ min: 1, max: 400 * DAY_MS }),
  fc.integer({ min: 2 ** 31 - 3, max: 2 ** 31 + 3 }),
  fc.constantFrom(2 ** 32, 2 ** 32 - 1, 3_000_000_000),
);

describe('a timer', () => {
  test('rings when its time is up, however long that is, and not before', () => {
    fc.assert(
      fc.property(anyMs, (ms) => {
        const ring = jest.fn();
        using _ = new Timer(ms, ring);
        jest.advanceTimersByTime(ms - 1);
        expect(ring).not.toHaveBeenCalled();
        jest.advanceTimersByTime(1);
        expect(ring).toHaveBeenCalledTimes(1);
        expect(jest.getTimerCount()).toBe(0);
      }),
    );
  });

  test('that is stopped rings no more, at whatever time', () => {
    fc.assert(
      fc.property(anyMs, fc.double({ min: 0, max: 0.999, noNaN: true }), (ms, share) => {
        const ring = jest.fn();
        const timer = new Timer(ms, ring);
        jest.advanceTimersByTime(Math.floor(ms * share));
        timer.stop();
        expect(jest.getTimerCount()).toBe(0);
        jest.advanceTimersByTime(ms);
        expect(ring).not.toHaveBeenCalled();
      }),
    );
  });

  test('that is started again has all its time again', () => {
    const ring = jest.fn();
    const timer = new Timer(30 * DAY_MS, ring);
    jest.advanceTimersByTime(29 * DAY_MS);
    timer.restart();
    jest.advanceTimersByTime(30 * DAY_MS - 1);
    expect(ring).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledTimes(1);
  });

  test('never rings for Infinity, and is refused for what is no number', () => {
    const ring = jest.fn();
    using _ = new Timer(Infinity, ring);
    expect(jest.getTimerCount()).toBe(0);
    expect(() => new Timer(NaN, ring)).toThrow(RangeError);
  });
});

test('sleep and within wait for 35 days', async () => {
  const slept = jest.fn();
  const late = jest.fn();
  const sleeping = sleep(35 * DAY_MS).then(slept);
  const waiting = within(new Promise(() => undefined), 35 * DAY_MS, { code: 'LATE', message: 'late' }).catch(
    late,
  );
  await jest.advanceTimersByTimeAsync(35 * DAY_MS - 1);
  expect([slept, late].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  await jest.advanceTimersByTimeAsync(1);
  await Promise.all([sleeping, waiting]);
  expect([slept, late].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
});

test('sleep ends at an abort', async () => {
  const abort = new AbortController();
  const sleeping = sleep(DAY_MS, abort.signal);
  abort.abort();
  await expect(sleeping).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(jest.getTimerCount()).toBe(0);
  await expect(sleep(1, abort.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
