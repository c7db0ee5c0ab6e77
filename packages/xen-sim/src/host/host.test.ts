import { expect, test } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import { access } from 'node:fs/promises';
import { createSimulatedHost } from './host.ts';
import { createDomain, destroyDomain } from './testing/small-toolstack.ts';

test.each(['pv', 'pvh'] as const)('a %s domain runs, talks, and leaves nothing behind', async (type) => {
  const clock = new ManualClock();
  await using host = await createSimulatedHost({ memory: '1G', clock });
  const before = await host.snapshot();
  const domid = await createDomain(host, 'web1', { type, cmdline: 'sim.dirty=1M/s sim.set=1M' });
  await clock.advance(2_500);
  expect(host.consoleOf(domid)).toBe('sim: boot\r\ntick 1 t=0\r\ntick 2 t=1000\r\ntick 3 t=2000\r\n');
  expect(host.consoleOf('web1')).toBe(host.consoleOf(domid));
  expect(host.guests.modelOf(domid)).toMatchObject({ dirtyRate: 2 ** 20 });
  host.consoleInput(domid, 'hello');
  expect(host.consoleOf(domid)).toMatch(/hello$/);

  const running = await host.snapshot();
  expect(running).not.toEqual(before);
  await destroyDomain(host, domid);
  expect(await host.snapshot()).toEqual(before);
  expect(host.consoleOf('web1')).toMatch(/hello$/); // so that a user can see how it ended
});

test('a domain whose console is still mapped is a zombie until xenconsoled hears of its death', async () => {
  await using host = await createSimulatedHost({ memory: '1G' });
  const domid = await createDomain(host, 'web1');
  const destroyed = host.xen.domainDestroy(domid);
  await destroyed;
  expect(host.machine.domains.get(domid)).toMatchObject({ isDying: true });
  const { domains } = await host.snapshot();
  expect(domains.map((domain) => domain.domid)).toEqual([0]);
});

test('xenstored tells of a domain that shuts down, and of one that dies', async () => {
  await using host = await createSimulatedHost({ memory: '1G' });
  const domid = await createDomain(host, 'web1');
  await using watch = host.store.watch('@releaseDomain');
  await watch.next();
  host.machine.guestShutdown(domid, 'crash');
  expect(await watch.next()).toEqual({ done: false, value: '@releaseDomain' });
  await host.xen.domainDestroy(domid);
  expect(await watch.next()).toEqual({ done: false, value: '@releaseDomain' });
  expect(await host.store.isDomainIntroduced(domid)).toBe(false);
});

test('a console that xenstore describes late is served then', async () => {
  await using host = await createSimulatedHost({ memory: '1G' });
  const domid = await createDomain(host, 'web1'); // introduces it before it describes the console
  expect(await host.store.read(`/local/domain/${domid}/console/tty`)).toMatch(/\/dev\/pts\/1$/);
});

test('a scenario says how guests behave and what fails', async () => {
  const scenario = {
    guests: { 'web*': { dirty: '2M/s' } },
    faults: [
      { call: 'domainPause', errno: 'EBUSY' },
      { call: 'xenstore.mkdir', nth: 2, errno: 'ENOSPC' },
    ],
  };
  await using host = await createSimulatedHost({ memory: '1G', scenario });
  const domid = await createDomain(host, 'web1');
  await host.snapshot();
  expect(host.guests.modelOf(domid)).toMatchObject({ dirtyRate: 2 ** 21 });
  await expect(host.xen.domainPause(domid)).rejects.toMatchObject({ details: { errnoName: 'EBUSY' } });
  await host.store.mkdir('/a');
  await expect(host.store.mkdir('/b')).rejects.toMatchObject({ code: 'XENSTORE_ENOSPC' });
  expect(host.faults.calls.get('xenstore.mkdir')).toBe(2);
});

test('what cannot be is refused in words', async () => {
  await expect(createSimulatedHost({ memory: 'much' })).rejects.toMatchObject({ kind: 'usage' });
  await expect(createSimulatedHost({ scenario: { gests: {} } })).rejects.toMatchObject({
    code: 'XEN_SIM_SCENARIO',
  });
});

test('its own folder goes with it', async () => {
  const host = await createSimulatedHost({ memory: '1G' });
  await access(host.kernel);
  await host[Symbol.asyncDispose]();
  await expect(access(host.root)).rejects.toMatchObject({ code: 'ENOENT' });
});
