import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDomain, domainConfigSchema, keptConfig, listGuests, type Domain } from '@vm-tools/libdomain';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { until } from '@vm-tools/xen-sim/testing';
import { writeAutostart } from './autostart/entries.ts';
import { bringBack } from './bring-back/bring-back.ts';
import type { GuestOutcome } from './outcome.ts';
import { savedFolder } from './paths.ts';
import { takeDown } from './take-down/take-down.ts';

/** What is on the disks of a host at a moment at which the power may go: its domains go, and this stays. */
let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'power-cut-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function copyDisks({ root }: SimulatedHost | { readonly root: string }): Promise<string> {
  const copy = join(folder, String((count += 1)));
  await cp(join(root, 'var/lib/vm-tools'), join(copy, 'var/lib/vm-tools'), { recursive: true }).catch(
    () => undefined,
  );
  return copy;
}

const boot = (root: string): Promise<SimulatedHost> => createSimulatedHost({ memory: '1G', root });

async function withGuest(host: SimulatedHost, startsWithHost: boolean): Promise<Domain> {
  const { kernel } = host;
  const config = { name: 'web1', type: 'pvh', kernel, memoryKib: 4096, cmdline: 'sim.tick=10ms' } as const;
  const domain = await createDomain(host, domainConfigSchema.parse(config));
  await until(() => Promise.resolve(/^tick 3 /m.test(host.consoleOf('web1'))), 'the guest to count');
  if (startsWithHost) {
    const { uuid, name } = domain;
    const from = await keptConfig(host, domain);
    await writeAutostart(host.root, {
      uuid,
      name,
      order: 1,
      delayMs: 0,
      after: [],
      atShutdown: 'save',
      from,
    });
  }
  return domain;
}

/** Lets a host go down or come up, and copies its disks before each change and at the end. */
async function cutEverywhere(
  host: SimulatedHost,
  act: (host: SimulatedHost, beforeChange: () => Promise<void>) => Promise<GuestOutcome[]>,
): Promise<{ readonly disks: string[]; readonly did: string[] }> {
  const disks: string[] = [];
  const outcomes = await act(host, async () => void disks.push(await copyDisks(host)));
  disks.push(await copyDisks(host));
  return { disks, did: outcomes.map(({ did }) => did) };
}

/** The kernel of the image is in its memory, and of a new start in the folder of the first host. */
async function comesBackOnce(disks: string, uuid: string): Promise<string> {
  await using host = await boot(disks);
  const [outcome, ...others] = await bringBack(host);
  expect(others).toEqual([]);
  expect(outcome?.error).toBeUndefined();
  expect(outcome).toMatchObject({ name: 'web1', uuid });
  const guests = await listGuests(host);
  expect(guests.map((each) => [each.uuid, each.state === 'paused'])).toEqual([[uuid, false]]);
  expect(await readdir(savedFolder(host.root))).toEqual([]);
  expect((await bringBack(host)).filter(({ did }) => did !== 'runs')).toEqual([]);
  return outcome?.did ?? '';
}

describe.each([true, false])('a guest of which it is %s that it starts with the host', (startsWithHost) => {
  test('comes back once, wherever the power goes while it is saved', async () => {
    await using host = await createSimulatedHost({ memory: '1G' });
    const { uuid } = await withGuest(host, startsWithHost);
    const { disks, did } = await cutEverywhere(host, (on, beforeChange) => takeDown(on, { beforeChange }));
    expect(did).toEqual(['saved']);
    const [first, second, ...rest] = disks;
    // Before there is a record it starts when it starts with the host, as after any power cut.
    for (const before of [first!, second!]) {
      await using up = await boot(before);
      expect((await bringBack(up)).map((each) => each.did)).toEqual(startsWithHost ? ['created'] : []);
    }
    const back = [];
    for (const each of rest) back.push(await comesBackOnce(each, uuid));
    expect(back).toEqual(['created', 'restored']);
  });

  test('comes back once, wherever the power goes while it comes back', async () => {
    await using host = await createSimulatedHost({ memory: '1G' });
    const { uuid } = await withGuest(host, startsWithHost);
    expect((await takeDown(host)).map(({ did }) => did)).toEqual(['saved']);
    await using up = await boot(await copyDisks(host));
    const { disks, did } = await cutEverywhere(up, (on, beforeChange) => bringBack(on, { beforeChange }));
    expect(did).toEqual(['restored']);
    const back = [];
    for (const each of disks.slice(0, -1)) back.push(await comesBackOnce(each, uuid));
    // The image is used up before it runs: behind that its memory is gone with the power.
    expect(back).toEqual(['restored', 'created', 'created']);
    await using again = await boot(disks.at(-1)!);
    expect((await bringBack(again)).map((each) => each.did)).toEqual(startsWithHost ? ['created'] : []);
  });
});
