import { throwIfAborted } from '@vm-tools/errors';
import { expect, test } from '@jest/globals';
import { Faults } from './faults.ts';
import { strike, strikesOf } from './strike.ts';

/** Two calls that know no signal, and one that does. */
async function work(faults: Faults, signal?: AbortSignal): Promise<void> {
  await faults.before('xenstore.write');
  await faults.before('xenstore.write');
  throwIfAborted(signal, 'working');
  await faults.before('domainBuild', 1, signal);
}

test('names each call twice, whatever has been called before', async () => {
  const faults = new Faults();
  await work(faults);
  await faults.before('physinfo');
  expect(await strikesOf(faults, () => work(faults))).toEqual([
    { call: 'xenstore.write', nth: 1, errno: 'ENOSPC' },
    { call: 'xenstore.write', nth: 1 },
    { call: 'xenstore.write', nth: 2, errno: 'ENOSPC' },
    { call: 'xenstore.write', nth: 2 },
    { call: 'domainBuild', nth: 1, errno: 'ENOMEM' },
    { call: 'domainBuild', nth: 1 },
  ]);
});

test('strikes one call alone', async () => {
  const faults = new Faults();
  const outcomes: unknown[] = [];
  for (const each of await strikesOf(faults, () => work(faults)))
    outcomes.push(await strike(faults, each, (signal) => work(faults, signal)));
  expect(outcomes).toMatchObject([
    { details: { errnoName: 'ENOSPC' } },
    { message: 'interrupted while working' },
    { details: { errnoName: 'ENOSPC' } },
    { message: 'interrupted while working' },
    { details: { errnoName: 'ENOMEM' } },
    { code: 'INTERRUPTED' },
  ]);
  expect(faults.rules).toEqual([]);
});

test('a call that is not made strikes nothing', async () => {
  const faults = new Faults();
  for (const each of [
    { call: 'domainBuild', nth: 9 },
    { call: 'domainBuild', nth: 9, errno: 'EIO' as const },
  ])
    expect(await strike(faults, each, (signal) => work(faults, signal))).toBeUndefined();
});
