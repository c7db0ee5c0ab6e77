import { describe, expect, it, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { currentConfig } from '../../transfer/source/current-config.ts';
import { diskOf, guestWithOneOfEach, networkOf, storedConfig } from '../../testing/attached.ts';
import { expectUnchanged, tryEachCall } from '../../testing/each-call.ts';
import { failure } from '../../testing/failure.ts';
import { withModelFolder } from '../../testing/guest-with-devices.ts';
import { attachDevice } from './attach-device.ts';
import { destroyDomain } from '../destroy-domain.ts';
import { domainInfo } from '../look/domain-info.ts';
import { resolveDomain } from '../look/resolve-domain.ts';

const makeHost = async () => withModelFolder(await createSimulatedHost());

describe('a device that comes', () => {
  it('is a disk that the guest uses, and its image has it', async () => {
    await using host = await makeHost();
    const empty = await host.snapshot();
    const domain = await guestWithOneOfEach(host);
    const wanted = await diskOf(host, 'more.img', { vdev: 'xvdb' });
    expect(await attachDevice(host, domain, wanted, { wait: true })).toEqual({
      kind: 'vbd',
      id: '51728',
      vdev: 'xvdb',
    });
    expect((await storedConfig(host, domain)).disks.map(({ vdev }) => vdev)).toEqual(['xvda', 'xvdb']);
    const info = (await host.xen.domainGetinfo(domain.domid))!;
    const { config } = await currentConfig(host, await resolveDomain(host, 'web1'), info);
    expect(config.disks[1]).toEqual(wanted.disk);
    expect((await domainInfo(host, domain)).devices).toContainEqual({
      kind: 'vbd',
      id: '51728',
      frontendState: 4,
      backendState: 4,
      backendDomid: 0,
    });
    await destroyDomain(host, domain);
    expect(await host.snapshot()).toEqual(empty);
  });

  it('is a network device with the lowest free number and an address of its own', async () => {
    await using host = await makeHost();
    const domain = await guestWithOneOfEach(host, { type: 'pv' });
    const mac = '00:16:3e:00:00:09';
    expect(await attachDevice(host, domain, networkOf({ id: 2, mac }), { wait: true })).toMatchObject({
      id: '2',
      mac,
    });
    expect(await attachDevice(host, domain, networkOf({}), { wait: true })).toEqual({
      kind: 'vif',
      id: '1',
      mac: expect.stringMatching(/^00:16:3e:/),
    });
    const { networks } = await storedConfig(host, domain);
    expect(networks.map(({ id }, place) => id ?? place)).toEqual([0, 2, 1]);
    expect((await host.snapshot()).bridgePorts).toHaveLength(3);
  });

  it('has a qemu started for it, and the next one uses that', async () => {
    await using host = await makeHost();
    const domain = await guestWithOneOfEach(host);
    await attachDevice(host, domain, await diskOf(host, 'a.qcow2', { vdev: 'xvdb' }), { wait: true });
    const { qemus } = await host.snapshot();
    expect(qemus).toHaveLength(1);
    await attachDevice(host, domain, await diskOf(host, 'b.qcow2', { vdev: 'xvdc' }), { wait: true });
    expect((await host.snapshot()).qemus).toHaveLength(1);
  });

  it('stays where its guest does not connect it in time', async () => {
    await using host = await makeHost();
    const domain = await guestWithOneOfEach(host, { cmdline: 'sim.devices=rude' });
    const wanted = await diskOf(host, 'more.img', { vdev: 'xvdb' });
    expect(await failure(attachDevice(host, domain, wanted, { wait: true, timeoutMs: 1 }))).toMatchObject({
      code: 'DOMAIN_DEVICE_NOT_CONNECTED',
      kind: 'timeout',
      message: expect.stringContaining("its state is initialising, the backend's is init-wait; it stays"),
      leftovers: ['the disk xvdb, attached'],
      guest: { state: 'still running here' },
    });
    expect((await storedConfig(host, domain)).disks).toHaveLength(2);
  });

  it('connects with a slow guest', async () => {
    await using host = await makeHost();
    const domain = await guestWithOneOfEach(host, { cmdline: 'sim.devices=slow:50ms' });
    expect(await attachDevice(host, domain, networkOf({}), { wait: true })).toMatchObject({ id: '1' });
  });
});

describe('is refused, and nothing changes', () => {
  it.each([
    ['DOMAIN_DEVICE_EXISTS', { vdev: 'xvda' }, /^the disk xvda is there already: of .*root\.img$/],
    ['DOMAIN_DEVICE_EXISTS', { vdev: '51712' }, /^the disk xvda is there already/],
    ['DOMAIN_DISK_MISSING', { vdev: 'xvdb', target: '/nowhere' }, /nothing at \/nowhere/],
    ['DOMAIN_NO_DRIVER_DOMAIN', { vdev: 'xvdb', backend: 'disks' }, /there is no domain "disks"/],
  ])('%s: the disk %j', async (code, fields, message) => {
    await using host = await makeHost();
    const domain = await guestWithOneOfEach(host);
    const before = await host.snapshot();
    const work = attachDevice(host, domain, await diskOf(host, 'more.img', fields));
    expect(await failure(work)).toMatchObject({
      code,
      kind: 'usage',
      message: expect.stringMatching(message),
      leftovers: [],
    });
    expect(await host.snapshot()).toEqual(before);
  });

  it.each([
    ['DOMAIN_DEVICE_EXISTS', { id: 0 }, 'the network device 0 is there already: with 00:16:3e:00:00:01'],
    ['DOMAIN_DEVICE_EXISTS', { mac: '00:16:3e:00:00:01' }, 'the network device 0 has the address'],
    ['DOMAIN_NO_BRIDGE', { bridge: 'br9' }, 'there is no bridge br9'],
  ])('%s: the network device %j', async (code, fields, message) => {
    await using host = await makeHost();
    const domain = await guestWithOneOfEach(host);
    const before = await host.snapshot();
    expect(await failure(attachDevice(host, domain, networkOf(fields)))).toMatchObject({
      code,
      kind: 'usage',
      message: expect.stringContaining(message),
      leftovers: [],
    });
    expect(await host.snapshot()).toEqual(before);
  });

  it('a disk that the guest has under another name, or that another guest may write to', async () => {
    await using host = await makeHost();
    const domain = await guestWithOneOfEach(host);
    const other = await guestWithOneOfEach(host, { name: 'web2', disks: (await own(host)) as never });
    const wanted = await diskOf(host, 'root.img', { vdev: 'xvdb' });
    for (const each of [domain, other])
      expect(await failure(attachDevice(host, each, wanted))).toMatchObject({ code: 'DOMAIN_DISK_BUSY' });
  });

  it('a domain of another type, one that is paused and is to connect it, and dom0', async () => {
    await using host = await makeHost();
    const domain = await guestWithOneOfEach(host);
    await host.xen.domainPause(domain.domid);
    const network = networkOf({});
    expect(await failure(attachDevice(host, domain, network, { wait: true }))).toMatchObject({
      code: 'DOMAIN_PAUSED',
    });
    await host.store.write(`/libxl/${domain.domid}/type`, 'hvm');
    expect(await failure(attachDevice(host, domain, network))).toMatchObject({
      code: 'DOMAIN_DEVICE_UNSUPPORTED',
      message: 'devices of web1 cannot come and go: its type is hvm',
    });
    expect(await failure(attachDevice(host, { ...domain, domid: 0 }, network))).toMatchObject({
      code: 'DOMAIN_IS_DOM0',
    });
    await destroyDomain(host, domain);
    expect(await failure(attachDevice(host, domain, network))).toMatchObject({ code: 'DOMAIN_UNKNOWN' });
  });
});

/** Disks of a second guest. */
async function own(host: Awaited<ReturnType<typeof makeHost>>): Promise<object[]> {
  const { disk } = await diskOf(host, 'other.img', { vdev: 'xvda' });
  return [disk];
}

describe('of a device that does not come up nothing is left', () => {
  it.each([
    ['a.img', { call: 'dom0.runScript', errno: 'EBUSY' }, 'DOMAIN_DEVICE_SCRIPT'],
    ['a.qcow2', { call: 'backend.qemu', errno: 'EIO' }, 'DOMAIN_NO_DEVICE_MODEL'],
  ] as const)('%s with %j', async (name, rule, code) => {
    await using host = await makeHost();
    const domain = await guestWithOneOfEach(host, { cmdline: 'sim.tick=off' });
    const wanted = await diskOf(host, name, { vdev: 'xvdb' });
    const before = await host.snapshot();
    host.faults.add(rule);
    expect(await failure(attachDevice(host, domain, wanted))).toMatchObject({ code, leftovers: [] });
    host.faults.clear();
    expect(await host.snapshot()).toEqual(before);
    expect((await storedConfig(host, domain)).disks).toHaveLength(1);
  });
});

test('a stale device in the stored configuration gives way', async () => {
  await using host = await makeHost();
  const domain = await guestWithOneOfEach(host);
  const wanted = await diskOf(host, 'more.img', { vdev: 'xvdb' });
  await attachDevice(host, domain, wanted);
  // As xl detaches it: its nodes go, and what is written down stays.
  for (const path of [`/libxl/${domain.domid}`, `/local/domain/${domain.domid}`])
    await host.store.rm(`${path}/device/vbd/51728`);
  await host.store.rm(`/local/domain/0/backend/vbd/${domain.domid}/51728`);
  const other = await diskOf(host, 'other.img', { vdev: 'xvdb', access: 'ro' });
  await attachDevice(host, domain, other);
  expect((await storedConfig(host, domain)).disks.slice(1)).toEqual([other.disk]);
});

describe('each of its calls may fail: then nothing has changed', () => {
  test.each(['more.img', 'more.qcow2'])('attaching %s', async (name) => {
    await tryEachCall({
      prepare: (host) => guestWithOneOfEach(host, { cmdline: 'sim.devices=rude sim.tick=off' }),
      act: async (host, domain, signal) =>
        attachDevice(host, domain, await diskOf(host, name, { vdev: 'xvdb' }), { signal }),
      check: (failed) => expectUnchanged(failed, 'still running here'),
    });
  });

  test('attaching a network device', async () => {
    await tryEachCall({
      prepare: (host) => guestWithOneOfEach(host, { cmdline: 'sim.devices=rude sim.tick=off' }),
      act: (host, domain, signal) => attachDevice(host, domain, networkOf({}), { signal }),
      check: (failed) => expectUnchanged(failed, 'still running here'),
    });
  });
});
