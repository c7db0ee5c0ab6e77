import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from '../clock/manual-clock.ts';
import { worstExcess, type Passed, type RateChange } from '../testing/budget.ts';
import { Taker } from '../testing/taker.ts';
import { createLimiter } from './create-limiter.ts';
import type { LimiterNode } from './limiter-node.ts';

const MB = 1_000_000;
const KB = 1000;

/** The share of each taker in `seconds`, in units of `unit` bytes. */
async function shares(clock: ManualClock, takers: readonly Taker[], seconds: number, unit = MB) {
  const before = takers.map(({ bytes }) => bytes);
  await clock.advance(seconds * 1000);
  return takers.map(({ bytes }, index) => (bytes - (before[index] ?? 0)) / unit);
}

describe('limiters below one parent', () => {
  test('share its rate by bytes, however small their slices', async () => {
    const clock = new ManualClock();
    const host = createLimiter({ rate: 10 * MB, clock });
    const sizes = [400 * KB, 64 * KB, 4 * KB];
    const takers = sizes.map(
      (size) => new Taker(createLimiter({ rate: Infinity, parent: host }), () => size),
    );
    for (const share of await shares(clock, takers, 6)) expect(share).toBeCloseTo(20, -0.3);
    const sum = takers.reduce((total, { bytes }) => total + bytes, 0);
    expect(sum).toBeGreaterThan(59 * MB);
    expect(sum).toBeLessThanOrEqual(60 * MB);
    for (const taker of takers) taker.stop();
    await settled();
    expect(clock.pending).toBe(0);
  });

  test('share it, too, while they need a moment to send a slice', async () => {
    const clock = new ManualClock();
    const host = createLimiter({ rate: 10 * MB, clock });
    const slow = () => clock.sleep(2);
    const takers = [400 * KB, 64 * KB].map(
      (size) => new Taker(createLimiter({ rate: Infinity, parent: host }), () => size, slow),
    );
    for (const share of await shares(clock, takers, 4)) expect(share).toBeCloseTo(20, -0.3);
  });

  test('leave what they do not use to the others', async () => {
    const clock = new ManualClock();
    const host = createLimiter({ rate: 10 * MB, clock });
    const modest = createLimiter({ rate: 2 * MB, parent: host });
    const slow = createLimiter({ rate: Infinity, parent: host });
    const greedy = createLimiter({ rate: Infinity, parent: host });
    const takers = [
      new Taker(modest, () => 50 * KB),
      new Taker(
        slow,
        () => 40 * KB,
        () => clock.sleep(40),
      ),
      new Taker(greedy, () => 100 * KB),
    ];
    const [a = 0, b = 0, c = 0] = await shares(clock, takers, 10);
    expect(a).toBeCloseTo(20, -0.3);
    expect(b).toBeGreaterThan(8); // it asks for 1 MB/s, and waits for no more than the slice of another
    expect(a + b + c).toBeGreaterThan(99);
  });

  test('get no more after a pause than those who went on', async () => {
    const clock = new ManualClock();
    const host = createLimiter({ rate: 10 * MB, clock });
    const [a, b] = [1, 2].map(() => createLimiter({ rate: Infinity, parent: host })) as [
      LimiterNode,
      LimiterNode,
    ];
    const takers = [new Taker(a, () => 100 * KB)];
    await clock.advance(60_000);
    takers.push(new Taker(b, () => 100 * KB));
    for (const share of await shares(clock, takers, 2)) expect(share).toBeCloseTo(10, -0.3);
  });

  test('count as one each, however many there are below them, next to takers of the parent itself', async () => {
    const clock = new ManualClock();
    const host = createLimiter({ rate: 9 * MB, clock });
    const crowded = createLimiter({ rate: Infinity, parent: host });
    const lonely = createLimiter({ rate: Infinity, parent: host });
    const transfers = [100, 40, 64, 10].map(
      (size) => new Taker(createLimiter({ rate: Infinity, parent: crowded }), () => size * KB),
    );
    const takers = [...transfers, new Taker(lonely, () => 20 * KB), new Taker(host, () => 64 * KB)];
    const [one = 0, two = 0, three = 0, four = 0, alone = 0, own = 0] = await shares(clock, takers, 8);
    for (const share of [one, two, three, four]) expect(share).toBeCloseTo(6, -0.3);
    for (const share of [alone, own]) expect(share).toBeCloseTo(24, -0.3);
  });

  test('that ask for more than a burst get their turn beside small ones', async () => {
    const clock = new ManualClock();
    const host = createLimiter({ rate: MB, burst: 100 * KB, clock });
    const large = createLimiter({ rate: Infinity, parent: host });
    const small = createLimiter({ rate: Infinity, parent: host });
    const takers = [new Taker(large, () => MB), new Taker(small, () => 10 * KB)];
    for (const share of await shares(clock, takers, 40)) expect(share).toBeCloseTo(20, -0.5);
  });

  test('are bound by a new rate of the parent, and of their own, while they wait', async () => {
    const clock = new ManualClock();
    const host = createLimiter({ rate: 1, clock });
    const child = createLimiter({ rate: 1, parent: host });
    const taken = child.take(MB);
    let isTaken = false;
    void taken.then(() => (isTaken = true));
    await clock.advance(10);
    child.setRate(Infinity);
    await clock.advance(1000);
    expect(isTaken).toBe(false);
    host.setRate(Infinity);
    await taken;
    expect(clock.pending).toBe(0);
  });

  test('have a burst that is the least of all levels, and none while nothing limits them', async () => {
    const clock = new ManualClock();
    const host = createLimiter({ rate: Infinity, clock });
    const peer = createLimiter({ rate: Infinity, parent: host });
    const transfer = createLimiter({ rate: Infinity, parent: peer });
    expect(transfer.burst).toBe(Infinity);
    for (const bytes of [1, 1e15]) await transfer.take(bytes);
    expect(clock.pending).toBe(0);
    host.setRate(100 * MB);
    expect([transfer.rate, transfer.burst]).toEqual([Infinity, 10 * MB]);
    peer.setRate(20 * MB);
    expect([transfer.burst, host.burst]).toEqual([2 * MB, 10 * MB]);
  });

  test('do not hold each other up when the one that was to be next gives up', async () => {
    const clock = new ManualClock();
    const host = createLimiter({ rate: 1000, burst: 100, clock });
    const [a, b] = [1, 2].map(() => createLimiter({ rate: Infinity, parent: host })) as [
      LimiterNode,
      LimiterNode,
    ];
    const abort = new AbortController();
    const huge = a.take(1e9, abort.signal);
    let isServed = false;
    void b.take(150).then(() => (isServed = true));
    await clock.advance(10_000);
    expect(isServed).toBe(false);
    abort.abort();
    await expect(huge).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await clock.advance(50); // of what was saved up for the other no more than a burst is left
    expect(isServed).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

const MAX_TAKE = 200_000;
const BURST = 50_000;
/** host 0; peers 1, 2; transfers 3, 4 of peer 1 and 5, 6 of peer 2 */
const PARENTS = [undefined, 0, 0, 1, 1, 2, 2] as const;
const DEPTH = 3;
const node = fc.nat(PARENTS.length - 1);
const rate = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1000, max: 10_000_000 }) },
  { weight: 1, arbitrary: fc.constant(Infinity) },
);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ at: node, take: fc.integer({ min: 0, max: MAX_TAKE }), aborts: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ pauseMs: fc.integer({ min: 0, max: 5000 }) }) },
  { weight: 2, arbitrary: fc.record({ at: node, rate }) },
);

test('for all takes, pauses, aborts and rates at all levels: no level above rate × time + burst, in order, no starving', async () => {
  const scenario = [
    fc.array(step, { maxLength: 40 }),
    fc.array(rate, { minLength: 7, maxLength: 7 }),
  ] as const;
  await fc.assert(
    fc.asyncProperty(...scenario, async (steps, initial) => {
      const clock = new ManualClock();
      const limiters: LimiterNode[] = [];
      for (const [index, parent] of PARENTS.entries()) {
        const above = parent === undefined ? { clock } : { parent: limiters[parent] as LimiterNode };
        limiters.push(createLimiter({ rate: initial[index] ?? 1000, burst: BURST, ...above }));
      }
      const rates: RateChange[][] = initial.map((value) => [{ at: 0, rate: value }]);
      const passed: (Passed & { index: number })[][] = PARENTS.map(() => []);
      const asked: number[][] = PARENTS.map(() => []);
      const gone = new Set<number>();
      const abort = new AbortController();
      for (const [index, action] of steps.entries()) {
        if ('take' in action) {
          asked[action.at]?.push(index);
          limiters[action.at]?.take(action.take, action.aborts ? abort.signal : undefined).then(
            () => passed[action.at]?.push({ index, at: clock.now(), bytes: action.take }),
            () => gone.add(index),
          );
          await settled(); // so that what passes at once is noted before a change of the rates
        } else if ('pauseMs' in action) {
          await clock.advance(action.pauseMs);
        } else {
          limiters[action.at]?.setRate(action.rate);
          rates[action.at]?.push({ at: clock.now(), rate: action.rate });
          await settled();
        }
      }
      abort.abort();
      await settled();
      // No starving: even if all had to wait for each other, they are through as soon as the lowest rate allows it. A
      // request above the burst is saved up for at one level after the other, hence the depth of the tree.
      const lowest = Math.min(MAX_TAKE, ...limiters.map((limiter) => limiter.rate));
      await clock.advance(((DEPTH * steps.length * MAX_TAKE) / lowest) * 1000 + 20 * steps.length);
      expect(clock.pending).toBe(0);
      for (const [level, order] of asked.entries()) {
        expect(passed[level]?.map(({ index }) => index)).toEqual(order.filter((index) => !gone.has(index)));
        const below = passed.flatMap((those, other) => (isWithin(other, level) ? those : []));
        const inTime = below.sort((a, b) => a.at - b.at);
        expect(worstExcess(inTime, rates[level] ?? [], BURST)).toBeLessThan(1e-3);
      }
    }),
    { numRuns: 300 },
  );
});

function isWithin(index: number | undefined, level: number): boolean {
  return index !== undefined && (index === level || isWithin(PARENTS[index], level));
}

const sizes = fc.array(fc.integer({ min: 1000, max: BURST / 2 }), { minLength: 1, maxLength: 5 });
const children = fc.array(sizes, { minLength: 2, maxLength: 5 });
const hostRate = fc.integer({ min: BURST, max: 20 * BURST });

test('for all sizes of slices and changes of the rate: busy siblings stay within one slice of each other', async () => {
  const seconds = fc.array(hostRate, { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(children, seconds, async (patterns, rates) => {
      const clock = new ManualClock();
      const host = createLimiter({ rate: BURST, burst: BURST, clock });
      const takers = patterns.map((pattern) => {
        let next = 0;
        const child = createLimiter({ rate: Infinity, parent: host });
        return new Taker(child, () => pattern[next++ % pattern.length] ?? 1000);
      });
      for (const each of rates) {
        host.setRate(each);
        await clock.advance(1000);
        const bytes = takers.map((taker) => taker.bytes);
        expect(Math.max(...bytes) - Math.min(...bytes)).toBeLessThanOrEqual(BURST);
      }
      const sum = takers.reduce((total, { bytes }) => total + bytes, 0);
      const allowed = rates.reduce((total, each) => total + each);
      expect(sum).toBeGreaterThan(allowed - 3 * BURST); // a change of the rate drops what was saved up
      expect(sum).toBeLessThanOrEqual(allowed + BURST);
      for (const taker of takers) taker.stop();
    }),
    { numRuns: 40 },
  );
});

test('for all pauses: who comes and goes gets no more than who stays, and who stays loses nothing by it', async () => {
  const pauses = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(sizes, pauses, hostRate, async (pattern, restsMs, rate) => {
      const clock = new ManualClock();
      const host = createLimiter({ rate, burst: BURST, clock });
      let [next, rest] = [0, 0];
      const size = (): number => pattern[next++ % pattern.length] ?? 1000;
      const pause = (): Promise<void> => clock.sleep(restsMs[rest++ % restsMs.length] ?? 1);
      const fickle = new Taker(createLimiter({ rate: Infinity, parent: host }), size, pause);
      const steady = new Taker(createLimiter({ rate: Infinity, parent: host }), size);
      await clock.advance(5000);
      expect(fickle.bytes).toBeLessThanOrEqual(steady.bytes + BURST);
      expect(fickle.bytes).toBeGreaterThan(0);
      expect(fickle.bytes + steady.bytes).toBeGreaterThan(5 * rate - 2 * BURST);
      for (const taker of [fickle, steady]) taker.stop();
      await settled();
    }),
    { numRuns: 40 },
  );
});
