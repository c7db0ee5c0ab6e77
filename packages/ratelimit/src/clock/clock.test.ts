import { describe, expect, test } from '@jest/globals';
import { systemClock } from './clock.ts';
import { ManualClock } from './manual-clock.ts';

describe('systemClock', () => {
  test('goes on', async () => {
    const before = systemClock.now();
    await systemClock.sleep(1);
    expect(systemClock.now()).toBeGreaterThan(before);
  });

  test('sleeps of years are not over at once, and can be aborted', async () => {
    const abort = new AbortController();
    const year = systemClock.sleep(366 * 86_400_000, abort.signal);
    await systemClock.sleep(1);
    abort.abort();
    await expect(year).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('ManualClock', () => {
  test('wakes sleepers in the order of their time, each at its moment', async () => {
    const clock = new ManualClock();
    const woken: [string, number][] = [];
    const nap = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push([name, clock.now()]);
    };
    void nap('b', 20);
    void nap('a', 10).then(() => nap('c', 15));
    void nap('d', 100);
    await clock.advance(50);
    expect(woken).toEqual([['a', 10], ['b', 20], ['c', 25]]); // prettier-ignore
    expect([clock.now(), clock.pending, clock.untilNext]).toEqual([50, 1, 50]);
  });

  test('an aborted sleep is gone', async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const sleep = clock.sleep(10, abort.signal);
    abort.abort();
    await expect(sleep).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(clock.sleep(10, abort.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect([clock.pending, clock.untilNext]).toEqual([0, undefined]);
  });
});
