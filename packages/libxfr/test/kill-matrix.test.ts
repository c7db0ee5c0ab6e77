import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KillWorld, type Fault, type Plan } from '../src/testing/kill-world.ts';

/** Where the table of results goes. */
const FILE =
  process.env['XFR_KILL_MATRIX'] ??
  fileURLToPath(new URL('../../../.cache/libxfr/kill-matrix.tsv', import.meta.url));

const FAULTS: readonly Fault[] = ['kill source', 'kill target', 'cut link'];
const DISK_FAULTS: readonly Fault[] = ['full disk', 'broken disk'];
const SCENARIOS: Readonly<Record<string, Omit<Plan, 'faults'>>> = {
  'all goes well': {},
  'the start fails': { startFails: true },
  'the restore fails': { restoreFails: true },
  'the user cancels it': { cancelAt: 'target after journal ready 1' },
};

const rows: string[] = [
  'scenario\tat\tfault\tsender\tsource guest\ttarget guest\tsource journal\ttarget journal',
];

afterAll(async () => {
  await mkdir(dirname(FILE), { recursive: true });
  await writeFile(FILE, `${rows.join('\n')}\n`);
});

/** One copy runs, the other is gone, never did two run, and no journal is in doubt. */
async function check(plan: Plan): Promise<KillWorld> {
  const world = await new KillWorld(plan).run();
  const journals = [await world.records('source'), await world.records('target')];
  const guests = Object.values(world.guests).sort();
  expect({
    plan,
    journals: journals.flat().filter((state) => state.endsWith('!')),
    guests,
    two: world.wasDouble,
  }).toEqual({ plan, journals: [], guests: ['absent', 'running'], two: false });
  return world;
}

describe.each(Object.entries(SCENARIOS))('when %s', (name, scenario) => {
  test('whatever is killed, cut or not written at whatever point, exactly one copy runs in the end', async () => {
    const { steps, guests } = await check({ ...scenario, faults: {} });
    expect(guests.target).toBe(name === 'all goes well' ? 'running' : 'absent');
    expect(steps.length).toBeGreaterThan(20);
    for (const at of steps) {
      for (const fault of at.includes('before journal') ? [...FAULTS, ...DISK_FAULTS] : FAULTS) {
        const world = await check({ ...scenario, faults: { [at]: fault } });
        const [source, target] = [await world.records('source'), await world.records('target')];
        rows.push(
          [
            name,
            at,
            fault,
            world.sent ?? 'killed',
            world.guests.source,
            world.guests.target,
            source,
            target,
          ].join('\t'),
        );
      }
    }
  });
});

test('the same when it happens again during the recovery', async () => {
  const { steps } = await new KillWorld({ faults: {} }).run();
  const point = fc.tuple(fc.constantFrom(...steps), fc.constantFrom(...FAULTS));
  await fc.assert(
    fc.asyncProperty(
      point,
      fc.nat(40),
      fc.constantFrom(...FAULTS),
      fc.boolean(),
      async (first, later, fault, startFails) => {
        const faults = { [first[0]]: first[1] };
        // Where the second one can strike depends on what the first one has set off.
        const after = (await new KillWorld({ faults, startFails }).run()).steps;
        const struck = after.indexOf(first[0]);
        const at = after[struck + 1 + (later % Math.max(1, after.length - struck - 1))];
        await check({ faults: at === undefined ? faults : { ...faults, [at]: fault }, startFails });
      },
    ),
    { numRuns: 200 },
  );
});
