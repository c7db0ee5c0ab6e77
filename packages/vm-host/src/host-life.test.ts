import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import {
  addForeignDomain,
  failure,
  interruptAt,
  result,
  testOnHost,
  ticks,
  until,
  waitForTick,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

interface Told {
  readonly name: string;
  readonly did: string;
  readonly note?: string;
  readonly domid?: number;
}

const deeds = (told: readonly Told[]): string[] => told.map(({ name, did }) => `${name} ${did}`);
const saved = async ({ simulated }: TestHost): Promise<string[]> =>
  readdir(join(simulated.root, 'var/lib/vm-tools/saved'));
const names = async (host: TestHost): Promise<string[]> =>
  (JSON.parse(await host.run('vm-list --json')) as { name: string }[]).map(({ name }) => name).sort();

testOnHost('guests go down with the host as each says, and come back once, in their order', async (host) => {
  for (const name of ['web1', 'db1', 'cache1', 'temp1'])
    await result(host, `vm-create polite.cfg name=${name}`);
  await waitForTicks(host, 'web1');
  expect(await host.run('vm-autostart on db1 --order 10')).toBe('db1: starts with this host\n');
  await result(host, 'vm-autostart on web1 --after db1');
  await result(host, 'vm-autostart on cache1 --order 5 --at-shutdown shutdown');
  expect(await host.run('vm-autostart list')).toMatch(
    /^Name +Order[^]*\ncache1 +5 .*shutdown[^]*\ndb1 +10 [^]*\nweb1 +100 +- +db1 +save/,
  );
  expect(await host.run('vm-autostart list -o name')).toBe('cache1\ndb1\nweb1\n');
  expect(await host.run('vm-autostart list -o wide')).toMatch(/ UUID\ncache1 .* [\da-f-]{36}\n/);
  expect(await result(host, 'vm-autostart list')).toEqual(
    JSON.parse(await host.run('vm-autostart list -o json')),
  );

  const down = await result<Told[]>(host, 'vm-host shutdown --at-once 1');
  expect(deeds(down)).toEqual(['temp1 saved', 'web1 saved', 'db1 saved', 'cache1 shut-down']);
  const before = { web1: await ticks(host, 'web1'), temp1: await ticks(host, 'temp1') };
  expect(await host.run('vm-host info')).toMatch(/start with the host +cache1 db1 web1\n.*saved/);
  expect((await saved(host)).filter((file) => file.endsWith('.img'))).toHaveLength(3);

  await host.run('vm-destroy cache1'); // as vm-monitor does
  const back = await result<Told[]>(host, 'vm-host restore --at-once 1');
  expect(deeds(back)).toEqual(['cache1 created', 'db1 restored', 'temp1 restored', 'web1 restored']);
  for (const [name, last] of Object.entries(before)) await waitForTick(host, name, last + 1);
  expect(await names(host)).toEqual(['Domain-0', 'cache1', 'db1', 'temp1', 'web1']);
  expect(await saved(host)).toEqual([]);
  expect(deeds(await result<Told[]>(host, 'vm-host restore'))).toEqual([
    'cache1 runs',
    'db1 runs',
    'web1 runs',
  ]);
  await host.run('vm-shutdown cache1 --wait');
  expect((await result<Told[]>(host, 'vm-host restore'))[0]).toMatchObject({
    did: 'left',
    note: 'it has ended',
  });
});

testOnHost('what was changed while it ran stays; a file is read anew at each start', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  await waitForTicks(host, 'web1');
  await result(host, 'vm-autostart on web1 polite.cfg --at-shutdown shutdown');
  await result(host, 'vm-set web1 --name web2');
  await host.run('vm-host shutdown');
  await host.run('vm-destroy web2');
  await writeFile(
    join(host.folder, 'polite.cfg'),
    `name = "polite"\ntype = "pvh"\nkernel = "${host.simulated.kernel}"\nmemory = 8\n`,
  );
  const back = await result<Told[]>(host, 'vm-host restore');
  expect(deeds(back).sort()).toEqual(['polite created', 'web2 created']);
  expect(await result(host, 'vm-info polite')).toMatchObject({ maxMemoryKib: 8192 });
  // One made by hand of the same file is not made a second time, whatever its UUID is.
  await host.run('vm-destroy polite');
  await result(host, 'vm-create polite.cfg');
  expect(deeds(await result<Told[]>(host, 'vm-host restore')).sort()).toEqual(['polite runs', 'web2 runs']);
});

testOnHost('the guests of xl are named and left alone, unless it is told otherwise', async (host) => {
  await addForeignDomain(host, 'theirs');
  await result(host, 'vm-create polite.cfg name=ours');
  await waitForTicks(host, 'ours');
  const down = await result<Told[]>(host, 'vm-host save');
  expect(down).toEqual([
    expect.objectContaining({ name: 'theirs', did: 'left', note: 'another toolstack has made it' }),
    expect.objectContaining({ name: 'ours', did: 'saved' }),
  ]);
  expect(await names(host)).toEqual(['Domain-0', 'theirs']);
});

testOnHost('one that fails keeps no other, and the result says so', async (host) => {
  await result(host, 'vm-create rude.cfg name=stays cmdline="sim.tick=20ms sim.suspend=rude"');
  await result(host, 'vm-create polite.cfg name=goes');
  await waitForTicks(host, 'goes');
  const { code, stdout } = await host.exec('vm-host shutdown --otherwise shutdown --timeout 300ms --json');
  expect(code).not.toBe(0);
  const told = JSON.parse(stdout) as Told[];
  expect(deeds(told).sort()).toEqual(['goes shut-down', 'stays failed']);
});

testOnHost('what cannot be is refused, with its place', async (host) => {
  await result(host, 'vm-create polite.cfg name=a1');
  await result(host, 'vm-create polite.cfg name=a2');
  await result(host, 'vm-autostart on a1 --after a2');
  expect(await failure(host, 'vm-autostart on a2 --after a1')).toMatchObject({
    status: 2,
    error: { code: 'AUTOSTART_CIRCLE' },
  });
  expect(await failure(host, 'vm-autostart off a3')).toMatchObject({
    error: { code: 'AUTOSTART_UNKNOWN', hint: 'did you mean a1?' },
  });
  expect(await failure(host, 'vm-autostart on absent')).toMatchObject({ error: { code: 'DOMAIN_UNKNOWN' } });
  expect(await failure(host, 'vm-autostart on ./absent.cfg')).toMatchObject({
    error: { code: 'CONFIG_UNREADABLE' },
  });
  expect(await failure(host, 'vm-autostart on a1 --order -1')).toMatchObject({ status: 2 });
});

testOnHost('what cannot be read is named, and keeps no other guest from coming back', async (host) => {
  const kept = join(host.simulated.root, 'var/lib/vm-tools');
  const uuid = '00000000-0000-4000-8000-000000000001';
  for (const folder of ['autostart', 'saved']) {
    await mkdir(join(kept, folder), { recursive: true });
    await writeFile(join(kept, folder, `${uuid}.json`), '{"name": 1}');
  }
  await result(host, 'vm-create polite.cfg name=web1');
  await result(host, 'vm-autostart on web1');
  await host.run('vm-destroy web1');
  const { stdout, stderr } = await host.exec('vm-host restore --json');
  expect(deeds(JSON.parse(stdout) as Told[])).toEqual(['web1 created']);
  // AUTOSTART_CORRUPT and SAVED_GUEST_CORRUPT, as warnings
  for (const folder of ['autostart', 'saved']) expect(stderr).toContain(`${folder}/${uuid}.json`);
});

testOnHost('one at a time takes guests down or brings them back', async (host) => {
  const { domid } = await result(host, 'vm-create rude.cfg name=rude');
  const request = `/local/domain/${domid}/control/shutdown`;
  const refusesOthers = async (): Promise<void> => {
    await until(async () => (await host.simulated.store.read(request)) === 'poweroff', 'the request');
    expect(await failure(host, 'vm-host restore')).toMatchObject({ status: 2, error: { code: 'HOST_BUSY' } });
  };
  const line = 'vm-host shutdown --otherwise shutdown --timeout 5m';
  expect(await interruptAt(host, line, refusesOthers)).toMatchObject({ status: 130 });
  await host.run('vm-host restore');
});

testOnHost('what the system refuses is told with the guest, which runs on', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  await waitForTicks(host, 'web1');
  const kept = join(host.simulated.root, 'var/lib/vm-tools');
  await mkdir(kept, { recursive: true });
  await writeFile(join(kept, 'saved'), 'in the place of a folder');
  const { code, stdout } = await host.exec('vm-host save --json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({
      name: 'web1',
      did: 'failed',
      error: expect.objectContaining({ code: 'HOST_LIFE_FAILED' }),
    }),
  ]);
  await waitForTick(host, 'web1', (await ticks(host, 'web1')) + 1);
});
