import { expect, test } from '@jest/globals';
import type { Throttle } from '../../guest/suspend/throttle.ts';
import { PAGE_BYTES } from '../../memory.ts';
import type { PrecopyPolicy } from '../source/precopy-policy.ts';
import { budgetPolicy } from './budget-policy.ts';
import type { PrecopyBudget, RateLimits } from './judge-round.ts';

const unthrottled: Throttle = { pace: 1, slowTo: async () => undefined, release: async () => undefined };

const PAGES = 1000;
const ROUND_MS = 1000;

/** Rounds that are all alike: what is dirty takes a second to send. */
async function decisions(policy: PrecopyPolicy, rounds: number, before: (round: number) => void) {
  const said = [];
  for (let iteration = 0; iteration < rounds; iteration += 1) {
    before(iteration);
    const sent = { bytes: iteration * PAGES * PAGE_BYTES, zeroBytes: 0 };
    const at = iteration * ROUND_MS;
    said.push(await policy({ iteration, totalWrittenPages: 0, dirtyPages: PAGES, sent, at }));
    if (said.at(-1) !== 'continue') break;
    const after = { bytes: sent.bytes + PAGES * PAGE_BYTES, zeroBytes: 0 };
    await policy({ iteration, totalWrittenPages: 0, dirtyPages: undefined, sent: after, at: at + ROUND_MS });
  }
  return said;
}

test('a changed budget holds from the next round on', async () => {
  const budget: { -readonly [Key in keyof PrecopyBudget]: PrecopyBudget[Key] } = { maxDowntimeMs: 300 };
  const policy = budgetPolicy({ domid: 1, name: 'web1' }, budget, unthrottled);
  const said = await decisions(policy, 5, (round) => {
    if (round === 3) budget.maxDowntimeMs = 2000;
  });
  expect(said).toEqual(['continue', 'continue', 'continue', 'stop-and-copy']);
});

test('so does what is to be done when it cannot be kept', async () => {
  const budget: { -readonly [Key in keyof PrecopyBudget]: PrecopyBudget[Key] } = { maxRounds: 2 };
  const policy = budgetPolicy({ domid: 1, name: 'web1' }, budget, unthrottled);
  const refused = decisions(policy, 9, (round) => {
    if (round === 1) budget.onNoConvergence = 'abort';
  });
  await expect(refused).rejects.toMatchObject({ code: 'DOMAIN_NOT_CONVERGED', kind: 'not-converged' });
});

test('a limit that is lifted while it runs lets it expect less', async () => {
  const bytesPerS = (PAGES * PAGE_BYTES * 1000) / ROUND_MS;
  let limits: RateLimits = { precopy: bytesPerS, stopAndCopy: bytesPerS, unlimited: 100 * bytesPerS };
  const budget: PrecopyBudget = { maxDowntimeMs: 300, limits: () => limits };
  const policy = budgetPolicy({ domid: 1, name: 'web1' }, budget, unthrottled);
  const said = await decisions(policy, 5, (round) => {
    if (round === 2) limits = { ...limits, stopAndCopy: Infinity };
  });
  expect(said).toEqual(['continue', 'continue', 'stop-and-copy']);
});
