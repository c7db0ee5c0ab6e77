import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from '../clock/manual-clock.ts';
import { worstExcess } from '../testing/budget.ts';
import { createLimiter } from './create-limiter.ts';

describe('a limiter', () => {
  test('has no timer while it is off', async () => {
    const clock = new ManualClock();
    const limiter = createLimiter({ rate: Infinity, clock });
    for (const bytes of [1, 0, 1e12]) await limiter.take(bytes);
    expect(clock.pending).toBe(0);
  });

  test('serves in order, whatever the sizes', async () => {
    const clock = new ManualClock();
    const limiter = createLimiter({ rate: 1000, clock });
    const served: number[] = [];
    for (const bytes of [1_000_000, 1, 500]) void limiter.take(bytes).then(() => served.push(bytes));
    await clock.advance(999_999);
    expect(served).toEqual([]);
    await clock.advance(2000);
    expect(served).toEqual([1_000_000, 1, 500]);
    expect(clock.pending).toBe(0);
  });

  test('an aborted taker costs nothing and holds up no other', async () => {
    const clock = new ManualClock();
    const limiter = createLimiter({ rate: 1000, clock });
    const abort = new AbortController();
    const [first, second] = [limiter.take(1e9, abort.signal), limiter.take(1e9, abort.signal)];
    let isServed = false;
    void limiter.take(100).then(() => (isServed = true));
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(second).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(limiter.take(1, abort.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await clock.advance(100);
    expect(isServed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('a new rate holds for those who wait', async () => {
    const clock = new ManualClock();
    const limiter = createLimiter({ rate: 1, clock });
    const takes = [limiter.take(1e6), limiter.take(1e6)];
    await clock.advance(10);
    limiter.setRate(1e6);
    await clock.advance(1000);
    await takes[0];
    limiter.setRate(Infinity);
    await takes[1];
    expect(limiter.rate).toBe(Infinity);
    expect(clock.pending).toBe(0);
  });

  test('sleeps rarely at high rates, and loses none of the rate by it', async () => {
    const clock = new ManualClock();
    let sleeps = 0;
    const counting = {
      now: () => clock.now(),
      sleep: (ms: number, signal?: AbortSignal) => ((sleeps += 1), clock.sleep(ms, signal)),
    };
    const limiter = createLimiter({ rate: 1.25e9, clock: counting });
    let passed = 0;
    const abort = new AbortController();
    const busy = (async () => {
      for (;;) {
        await limiter.take(2 ** 20, abort.signal);
        passed += 2 ** 20;
      }
    })();
    await clock.advance(1000);
    abort.abort();
    await expect(busy).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(sleeps).toBeLessThanOrEqual(201);
    expect(passed).toBeGreaterThan(1.24e9);
    expect(passed).toBeLessThanOrEqual(1.25e9);
  });

  test.each([-1, NaN, Infinity])('%p bytes are refused and do not spoil the queue', async (bytes) => {
    const limiter = createLimiter({ rate: Infinity });
    await expect(limiter.take(bytes)).rejects.toMatchObject({ code: 'RATE_INVALID' });
    await limiter.take(1);
  });
});

const MAX_TAKE = 300_000;
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ take: fc.integer({ min: 0, max: MAX_TAKE }), aborts: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ pauseMs: fc.integer({ min: 0, max: 5000 }) }) },
  { weight: 1, arbitrary: fc.record({ rate: fc.integer({ min: 1000, max: 10_000_000 }) }) },
);

test('for all takes, pauses, aborts and rates: never above rate × time + burst in any window, in order, no starving', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.integer({ min: 1000, max: 1e6 }),
      async (steps, rate) => {
        const clock = new ManualClock();
        const burst = 50_000;
        const limiter = createLimiter({ rate, burst, clock });
        const rates = [{ at: 0, rate }];
        const grants: { index: number; at: number; bytes: number }[] = [];
        const abort = new AbortController();
        let expected: number[] = [];
        const aborting: number[] = [];
        for (const [index, action] of steps.entries()) {
          if ('take' in action) {
            const signal = action.aborts ? abort.signal : undefined;
            (action.aborts ? aborting : expected).push(index);
            limiter.take(action.take, signal).then(
              () => grants.push({ index, at: clock.now(), bytes: action.take }),
              () => undefined,
            );
          } else if ('pauseMs' in action) {
            await clock.advance(action.pauseMs);
          } else {
            limiter.setRate(action.rate);
            rates.push({ at: clock.now(), rate: action.rate });
          }
        }
        await settled();
        abort.abort();
        expected = [
          ...expected,
          ...aborting.filter((index) => grants.some((grant) => grant.index === index)),
        ];
        // No starving: one after the other, all of them are through as soon as the rate allows it.
        const lastRate = rates.at(-1)?.rate ?? rate;
        await clock.advance(((steps.length * MAX_TAKE) / lastRate) * 1000 + 10 * steps.length);
        expect(grants.map(({ index }) => index)).toEqual(expected.sort((a, b) => a - b));
        expect(clock.pending).toBe(0);
        expect(worstExcess(grants, rates, burst)).toBeLessThan(1e-3);
      },
    ),
    { numRuns: 60 },
  );
});
