import { describe, expect, it, test } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import type { Domain } from '../../domain.ts';
import { currentConfig } from '../../transfer/source/current-config.ts';
import {
  diskOf,
  guestWithOneOfEach,
  networkOf,
  storedConfig,
  untilConnected,
} from '../../testing/attached.ts';
import { tryEachCall } from '../../testing/each-call.ts';
import { failure } from '../../testing/failure.ts';
import { withModelFolder } from '../../testing/guest-with-devices.ts';
import { attachDevice } from './attach-device.ts';
import { detachDevice, type DeviceSelector } from './detach-device.ts';
import { resolveDomain } from '../look/resolve-domain.ts';

const makeHost = async () => withModelFolder(await createSimulatedHost());
const MAC = '00:16:3e:00:00:09';

/** A guest that has a raw disk, xvdb, and a network device, 1, besides what it was made with, all connected. */
async function guestWithMore(host: SimulatedHost): Promise<Domain> {
  const domain = await guestWithOneOfEach(host);
  await attachDevice(host, domain, await diskOf(host, 'more.img', { vdev: 'xvdb' }), { wait: true });
  await attachDevice(host, domain, networkOf({ mac: MAC }), { wait: true });
  for (const device of ['vbd/51712', 'vif/0']) await untilConnected(host, domain.domid, device);
  return domain;
}

describe('a polite guest lets go', () => {
  it.each<[DeviceSelector, string]>([
    [{ vdev: 'xvdb' }, 'vbd'],
    [{ vdev: 51728 }, 'vbd'],
    [{ mac: MAC.toUpperCase() }, 'vif'],
    [{ id: 1 }, 'vif'],
  ])('%j', async (which, kind) => {
    await using host = await makeHost();
    const domain = await guestWithMore(host);
    expect(await detachDevice(host, domain, which)).toMatchObject({ kind, how: 'released' });
    const { disks, networks } = await storedConfig(host, domain);
    expect([disks.length, networks.length]).toEqual(kind === 'vbd' ? [1, 2] : [2, 1]);
    const { nodes, loops, bridgePorts } = await host.snapshot();
    const id = kind === 'vbd' ? '51728' : '1';
    const paths = [`/device/${kind}/${id} `, `/backend/${kind}/${domain.domid}/${id} `];
    expect(nodes.filter((node) => paths.some((path) => node.includes(path)))).toEqual([]);
    expect([loops.length, bridgePorts.length]).toEqual(kind === 'vbd' ? [1, 2] : [2, 1]);
    const info = (await host.xen.domainGetinfo(domain.domid))!;
    const { config } = await currentConfig(host, await resolveDomain(host, 'web1'), info);
    expect([config.disks.length, config.networks.length]).toEqual([disks.length, networks.length]);
  });
});

test('what has come and gone leaves nothing, and its number is free', async () => {
  await using host = await makeHost();
  const domain = await guestWithOneOfEach(host, { cmdline: 'sim.tick=off' });
  for (const device of ['vbd/51712', 'vif/0']) await untilConnected(host, domain.domid, device);
  const before = await host.snapshot();
  for (const name of ['more.img', 'more.qcow2']) {
    await attachDevice(host, domain, await diskOf(host, name, { vdev: 'xvdb' }), { wait: true });
    await detachDevice(host, domain, { vdev: 'xvdb' });
  }
  await attachDevice(host, domain, networkOf({}), { wait: true });
  await detachDevice(host, domain, { id: 1 });
  expect(await host.snapshot()).toEqual(before);
});

test('its qemu stays while it serves another disk', async () => {
  await using host = await makeHost();
  const domain = await guestWithOneOfEach(host);
  for (const [name, vdev] of [
    ['a.qcow2', 'xvdb'],
    ['b.qcow2', 'xvdc'],
  ] as const)
    await attachDevice(host, domain, await diskOf(host, name, { vdev }), { wait: true });
  await detachDevice(host, domain, { vdev: 'xvdb' });
  expect((await host.snapshot()).qemus).toHaveLength(1);
  await detachDevice(host, domain, { vdev: 'xvdc' });
  expect((await host.snapshot()).qemus).toEqual([]);
});

test('a slow guest is waited for', async () => {
  await using host = await makeHost();
  const domain = await guestWithMore(host);
  host.guests.change(domain.domid, { devices: 'slow:50ms' });
  expect(await detachDevice(host, domain, { vdev: 'xvdb' })).toMatchObject({ how: 'released' });
});

test('a rude guest keeps it: it is asked once, may still let go, or loses it by force', async () => {
  await using host = await makeHost();
  const domain = await guestWithMore(host);
  host.guests.change(domain.domid, { devices: 'rude' });
  const detach = (timeoutMs: number) => detachDevice(host, domain, { vdev: 'xvdb' }, { timeoutMs });
  expect(await failure(detach(1))).toMatchObject({
    code: 'DOMAIN_DEVICE_IN_USE',
    kind: 'timeout',
    message:
      "web1 has not let go of the disk xvdb within 0.001 s: its state is connected, the backend's is closing; it has been asked, and may still let go",
    hint: expect.stringContaining('--force'),
    leftovers: [],
  });
  expect((await storedConfig(host, domain)).disks).toHaveLength(2);
  const asked = await host.snapshot();
  expect(await failure(detach(1))).toMatchObject({ code: 'DOMAIN_DEVICE_IN_USE' });
  expect(await host.snapshot()).toEqual(asked);
  const waiting = detach(30_000);
  host.guests.change(domain.domid, { devices: 'polite' });
  expect(await waiting).toMatchObject({ how: 'released' });
  host.guests.change(domain.domid, { devices: 'rude' });
  expect(await detachDevice(host, domain, { id: 1 }, { force: true })).toEqual({
    kind: 'vif',
    id: '1',
    how: 'forced',
  });
  expect((await storedConfig(host, domain)).networks).toHaveLength(1);
});

test('is refused: what is not there, and a paused guest that is to let go', async () => {
  await using host = await makeHost();
  const domain = await guestWithMore(host);
  const before = await host.snapshot();
  const refused = (which: DeviceSelector) => failure(detachDevice(host, domain, which));
  expect(await refused({ vdev: 'xvdz' })).toMatchObject({
    code: 'DOMAIN_NO_DEVICE',
    kind: 'usage',
    message: 'web1 has no disk xvdz',
    hint: 'name one that it has: xvda 51712, xvdb 51728',
  });
  expect(await refused({ vdev: 'nonsense' })).toMatchObject({ code: 'DOMAIN_NO_DEVICE' });
  expect(await refused({ mac: '00:16:3e:00:00:77' })).toMatchObject({
    message: 'web1 has no network device 00:16:3e:00:00:77',
    hint: `name one that it has: 00:16:3e:00:00:01 0, ${MAC} 1`,
  });
  await host.xen.domainPause(domain.domid);
  expect(await refused({ vdev: 'xvdb' })).toMatchObject({ code: 'DOMAIN_PAUSED' });
  await host.xen.domainUnpause(domain.domid);
  expect((await host.snapshot()).nodes).toEqual(before.nodes);
  await host.xen.domainPause(domain.domid);
  expect(await detachDevice(host, domain, { vdev: 'xvdb' }, { force: true })).toMatchObject({
    how: 'forced',
  });
});

test.each([
  ['more.img', false],
  ['more.qcow2', true],
])('each of its calls may fail: %s, by force: %j', async (name, force) => {
  await tryEachCall({
    async prepare(host) {
      const domain = await guestWithOneOfEach(host, { cmdline: 'sim.tick=off' });
      await attachDevice(host, domain, await diskOf(host, name, { vdev: 'xvdb' }), { wait: true });
      for (const device of ['vbd/51712', 'vif/0']) await untilConnected(host, domain.domid, device);
      return domain;
    },
    act: (host, domain, signal) => detachDevice(host, domain, { vdev: 'xvdb' }, { force, signal }),
    check({ error, before, after }) {
      expect(error.guest).toMatchObject({ state: 'still running here' });
      if (error.leftovers.length === 0) expect(after).toEqual(before);
    },
    async finish(host, domain) {
      const thrown = await detachDevice(host, domain, { vdev: 'xvdb' }).catch((error: unknown) => error);
      if (thrown instanceof Error) expect(thrown).toMatchObject({ code: 'DOMAIN_NO_DEVICE' });
      expect((await storedConfig(host, domain)).disks).toHaveLength(1);
      const { nodes, qemus } = await host.snapshot();
      expect(nodes.filter((node) => node.includes('51728'))).toEqual([]);
      expect(qemus).toEqual([]);
    },
  });
});
