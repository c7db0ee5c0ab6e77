import { expect } from '@jest/globals';
import {
  failure,
  result,
  startTestHost,
  startXfrd,
  testOnHost,
  testOnTwoHosts,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

interface Told {
  readonly name: string;
  readonly did: string;
  readonly error?: { readonly code: string; readonly details: object };
}

const namesOn = async (host: TestHost): Promise<string[]> =>
  (JSON.parse(await host.run('vm-list --json')) as { name: string }[]).map(({ name }) => name).sort();

testOnTwoHosts('twenty guests leave but for one that cannot, and the host stays closed', async (a, b) => {
  const guests = Array.from({ length: 20 }, (_, index) => `web${String(index + 1).padStart(2, '0')}`);
  const files = guests.map((name) => result(a, `vm-create polite.cfg name=${name}`));
  await Promise.all(files);
  for (const name of guests) await waitForTicks(a, name);
  await result(b, 'vm-create polite.cfg name=web07'); // its name is taken there
  await result(a, 'vm-autostart on web01 web07');
  await using xfrd = await startXfrd(b);

  const { code, stdout } = await a.exec(`vm-host evacuate ${xfrd.endpoint} --at-once 4 --json`);
  expect(code).not.toBe(0);
  const told = JSON.parse(stdout) as Told[];
  expect(told).toHaveLength(20);
  expect(told.filter(({ did }) => did === 'moved')).toHaveLength(19);
  expect(told.filter(({ did }) => did === 'failed')).toEqual([
    expect.objectContaining({ name: 'web07', error: expect.objectContaining({ code: 'HOST_NO_PLACE' }) }),
  ]);
  expect(await namesOn(a)).toEqual(['Domain-0', 'web07']);
  expect(await namesOn(b)).toEqual(['Domain-0', ...guests]);

  // One that runs at the peer does not start here as well, and nothing new comes.
  expect(await a.run('vm-autostart list')).toMatch(/web01 .* at unix:/);
  expect(await result(a, 'vm-host restore')).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'web01', did: 'away' })]),
  );
  expect(await failure(a, 'vm-create polite.cfg name=new')).toMatchObject({
    status: 2,
    error: { code: 'HOST_CLOSED', hint: 'let it take guests again: vm-host open' },
  });
  expect(await a.run('vm-host info')).toMatch(/^closed +its guests were sent to other hosts/m);
  await a.run('vm-host open');
  await result(a, 'vm-create polite.cfg name=new');

  // One that has come back starts here again.
  await using back = await startXfrd(a);
  await b.run(`vm-migrate web01 ${back.endpoint}`);
  expect(await a.run('vm-autostart list')).toMatch(/web01 .* (running|blocked)/);
});

testOnHost('guests are spread over the peers, and one that is closed is left out', async (a) => {
  await using b = await startTestHost({ name: 'b' });
  await using c = await startTestHost({ name: 'c' });
  for (const name of ['one', 'two', 'other']) await result(a, `vm-create polite.cfg name=${name}`);
  for (const name of ['one', 'two', 'other']) await waitForTicks(a, name);
  await b.run("vm-host close --because 'new disks'");
  await using toB = await startXfrd(b);
  await using toC = await startXfrd(c);
  const only = "--only 'o*e,two' --stays-open";
  const told = await result<Told[]>(a, `vm-host evacuate ${toB.endpoint} ${toC.endpoint} ${only}`);
  expect(told.map(({ name, did }) => `${name} ${did}`).sort()).toEqual(['one moved', 'two moved']);
  expect(await namesOn(a)).toEqual(['Domain-0', 'other']);
  expect(await namesOn(c)).toEqual(['Domain-0', 'one', 'two']);
  const refused = await a.exec(`vm-host evacuate ${toB.endpoint} --stays-open`);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('this host takes no guests: new disks');
  await b.run('vm-host open');
  await result(a, `vm-host evacuate ${toB.endpoint}`);
  expect(await namesOn(b)).toEqual(['Domain-0', 'other']);
});

testOnTwoHosts(
  'a guest that is to be moved with its host goes, or is saved where that fails',
  async (a, b) => {
    await using xfrd = await startXfrd(b);
    for (const name of ['goes', 'stays']) {
      await result(a, `vm-create polite.cfg name=${name}`);
      await waitForTicks(a, name);
    }
    await result(a, `vm-autostart on goes --at-shutdown move:${xfrd.endpoint}`);
    await result(a, 'vm-autostart on stays --at-shutdown move:unix:///absent');
    expect(await failure(a, 'vm-autostart on stays --at-shutdown fly')).toMatchObject({ status: 2 });
    const down = await result<Told[]>(a, 'vm-host shutdown');
    expect(down.map(({ name, did }) => `${name} ${did}`).sort()).toEqual(['goes moved', 'stays saved']);
    expect(await namesOn(b)).toEqual(['Domain-0', 'goes']);
    const back = await result<Told[]>(a, 'vm-host restore');
    expect(back.map(({ name, did }) => `${name} ${did}`).sort()).toEqual(['goes away', 'stays restored']);
  },
);

testOnHost('what cannot be is refused before the host is closed', async (a) => {
  expect(await failure(a, 'vm-host evacuate tcp://b:8002')).toMatchObject({
    status: 2,
    error: { code: 'XFR_INSECURE' },
  });
  await result(a, 'vm-create polite.cfg name=new');
});
