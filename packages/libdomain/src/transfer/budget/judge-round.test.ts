import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PAGE_BYTES } from '../../memory.ts';
import { judgeRound, type PrecopyBudget, type Round, type RoundView } from './judge-round.ts';

const round = (pages: number, ms: number, dataPages = pages): Round => ({
  pages,
  ms,
  dataBytes: dataPages * PAGE_BYTES,
  zeroBytes: (pages - dataPages) * PAGE_BYTES,
});

/** 100 pages a millisecond: 400 MB/s */
const first = round(1_000_000, 10_000);
const view = (dirtyPages: number, more: Partial<RoundView> = {}): RoundView => ({
  rounds: [first],
  dirtyPages,
  elapsedMs: 10_000,
  pace: 1,
  ...more,
});
const budget: PrecopyBudget = { maxDowntimeMs: 300, overheadMs: 100 };

describe('judgeRound', () => {
  it('stops the guest as soon as copying the rest fits beside what stopping and starting cost', () => {
    expect(judgeRound(budget, view(20_000))).toMatchObject({ decision: 'stop-and-copy', isForced: false });
    expect(judgeRound(budget, view(20_001))).toMatchObject({ decision: 'continue', pace: 1 });
    expect(judgeRound(budget, view(20_000)).expectedDowntimeMs).toBeCloseTo(300);
  });

  it('is not deceived by zero pages: what is dirty now may hold data', () => {
    const rounds = [round(1_000_000, 1_000, 50_000)];
    const { expectedDowntimeMs } = judgeRound(budget, view(20_000, { rounds }));
    expect(expectedDowntimeMs).toBeGreaterThan(200);
    expect(expectedDowntimeMs).toBeLessThan(500);
  });

  it('expects more when the round will take longer than the one before', () => {
    const rounds = [first, round(1000, 10)];
    const { expectedDowntimeMs } = judgeRound(budget, view(10_000, { rounds }));
    expect(expectedDowntimeMs).toBeCloseTo(100 + 100 * 10);
  });

  it.each([
    ['nothing is known of other limits', undefined, 40],
    ['the limit of the rounds holds on', { precopy: 40e6, stopAndCopy: 40e6 }, 40],
    ['a tighter limit follows', { precopy: 40e6, stopAndCopy: 4e6 }, 4],
    ['none follows, and that was never measured', { precopy: 40e6, stopAndCopy: Infinity }, 40],
    ['none follows', { precopy: 40e6, stopAndCopy: Infinity, unlimited: 400e6 }, 400],
    ['a wider one follows', { precopy: 40e6, stopAndCopy: 80e6, unlimited: 400e6 }, 80],
    ['the network was the limit', { precopy: 400e6, stopAndCopy: Infinity, unlimited: 400e6 }, 40],
    ['earlier transfers were slower', { precopy: 40e6, stopAndCopy: Infinity, unlimited: 20e6 }, 40],
  ])('expects the rate at which a stopped guest goes out when %s', (_, limits, megabytesPerS) => {
    const at = view(1000, { rounds: [round(10_000, 1024)], limits }); // 40 MB/s
    const { expectedDowntimeMs } = judgeRound(budget, at);
    expect(expectedDowntimeMs - 100).toBeCloseTo((1000 * PAGE_BYTES) / (megabytesPerS * 1000), 3);
  });

  const stuck = { rounds: [first, ...Array.from({ length: 4 }, () => round(50_000, 500))] };
  const late = { ...budget, deadlineMs: 10_100 };
  it.each([
    ['rounds do not get smaller', budget, stuck, 'does not get less from round to round'],
    ['the deadline is near', late, {}, 'the deadline of 10.1 s'],
    ['rounds are used up', { ...budget, maxRounds: 4 }, { ...stuck }, 'after 4 rounds'],
  ])('when %s, does as it was told', (_, limits, more, words) => {
    const at = view(50_000, more);
    const told = (onNoConvergence: 'abort' | 'force') => judgeRound({ ...limits, onNoConvergence }, at);
    expect(told('abort')).toMatchObject({ decision: 'abort', why: expect.stringContaining(words) });
    expect(told('force')).toMatchObject({ decision: 'stop-and-copy', isForced: true });
  });

  it('slows the guest down step by step, and forces it when that does not help', () => {
    const throttled: PrecopyBudget = { ...budget, onNoConvergence: 'throttle' };
    const paces = [];
    let pace = 1;
    for (;;) {
      const verdict = judgeRound(throttled, view(50_000, { ...stuck, pace }));
      if (verdict.decision !== 'continue') {
        expect(verdict).toMatchObject({ decision: 'stop-and-copy', isForced: true });
        break;
      }
      ({ pace } = verdict);
      paces.push(pace);
    }
    expect(paces).toEqual([0.8, 0.6, 0.4, 0.2, 0.1, 0.05]);
  });

  const anyRound = fc
    .record({
      pages: fc.nat(1e7),
      ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ pages, ms, share }) => round(pages, ms, Math.floor(pages * share)));
  const anyView = fc.record({
    rounds: fc.array(anyRound, { minLength: 1, maxLength: 12 }),
    dirtyPages: fc.nat(1e7),
    elapsedMs: fc.nat(1e7),
    pace: fc.constantFrom(1, 0.4, 0.05),
  });
  const anyBudget = fc.record({
    maxDowntimeMs: fc.nat(10_000),
    overheadMs: fc.nat(1000),
    maxRounds: fc.integer({ min: 1, max: 10 }),
    deadlineMs: fc.oneof(fc.nat(1e7), fc.constant(Infinity)),
    onNoConvergence: fc.constantFrom('abort', 'force', 'throttle'),
  });

  it('never exceeds the downtime unless it is forced, nor the limits', () => {
    fc.assert(
      fc.property(anyBudget, anyView, (limits, at) => {
        const verdict = judgeRound(limits, at);
        expect(verdict.expectedDowntimeMs).toBeGreaterThanOrEqual(limits.overheadMs);
        if (verdict.decision === 'stop-and-copy' && !verdict.isForced && at.dirtyPages > 0)
          expect(verdict.expectedDowntimeMs).toBeLessThanOrEqual(limits.maxDowntimeMs);
        if (verdict.decision === 'stop-and-copy' && verdict.isForced)
          expect(limits.onNoConvergence).not.toBe('abort');
        if (verdict.decision === 'abort') expect(limits.onNoConvergence).toBe('abort');
        if (verdict.decision !== 'continue') return;
        expect(at.rounds.length).toBeLessThanOrEqual(limits.maxRounds);
        expect(at.elapsedMs).toBeLessThanOrEqual(limits.deadlineMs);
        expect(verdict.pace).toBeLessThanOrEqual(at.pace);
        if (limits.onNoConvergence !== 'throttle') expect(verdict.pace).toBe(at.pace);
      }),
    );
  });

  it('never wants another round because less is dirty', () => {
    fc.assert(
      fc.property(anyBudget, anyView, fc.nat(), (limits, at, less) => {
        const fewer = { ...at, dirtyPages: Math.max(0, at.dirtyPages - less) };
        const [more, now] = [judgeRound(limits, at), judgeRound(limits, fewer)];
        expect(now.expectedDowntimeMs).toBeLessThanOrEqual(more.expectedDowntimeMs);
        if (more.decision === 'stop-and-copy' && !more.isForced)
          expect(now).toMatchObject({ decision: 'stop-and-copy', isForced: false });
      }),
    );
  });

  it('comes to an end with any guest and any link', () => {
    const pagesPerMs = fc.double({ min: 0.01, max: 1000, noNaN: true });
    fc.assert(
      fc.property(
        anyBudget,
        pagesPerMs,
        pagesPerMs,
        fc.integer({ min: 1, max: 1e6 }),
        (limits, link, dirt, total) => {
          const rounds = [round(total, total / link)];
          let [elapsedMs, pace] = [total / link, 1];
          for (;;) {
            const lastMs = rounds.at(-1)?.ms ?? 0;
            const dirtyPages = Math.min(total, Math.ceil(lastMs * dirt * pace));
            const verdict = judgeRound(limits, { rounds, dirtyPages, elapsedMs, pace });
            if (verdict.decision !== 'continue') return;
            ({ pace } = verdict);
            rounds.push(round(dirtyPages, dirtyPages / link));
            elapsedMs += dirtyPages / link;
            expect(rounds.length).toBeLessThanOrEqual(limits.maxRounds + 1);
          }
        },
      ),
    );
  });
});
