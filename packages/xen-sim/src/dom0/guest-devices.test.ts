import { expect, test } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import { createDomain, destroyDomain } from '../host/testing/small-toolstack.ts';
import { DeviceBench } from './testing/device-bench.ts';

const DISK = { params: '/dev/vg/web', mode: 'w' };
const NETWORK = { bridge: 'xenbr0', handle: '0', 'hotplug-status': '' };

/** A running guest with a disk and a network device, as far as it lets itself be served. */
async function guestWithDevices(bench: DeviceBench, cmdline: string): Promise<number> {
  const domid = await createDomain(bench.host, 'web1', { cmdline: `sim.tick=off ${cmdline}` });
  await bench.plug('vbd', domid, DISK);
  await bench.plug('vif', domid, NETWORK);
  await bench.script('block', ['add'], domid);
  await bench.script('vif-bridge', ['online', 'type_if=vif'], domid);
  return domid;
}

async function statesOf(bench: DeviceBench, kind: string, domid: number): Promise<(string | undefined)[]> {
  await bench.settled();
  const ends = [bench.frontend(kind, domid), bench.backend(kind, domid)];
  return Promise.all(ends.map((path) => bench.host.store.read(`${path}/state`)));
}

const disks = { '/dev/vg/web': '1M' };

test('a polite guest connects its devices, and lets go of them', async () => {
  await using bench = await DeviceBench.make({ disks });
  const domid = await guestWithDevices(bench, '');
  for (const kind of ['vbd', 'vif']) expect(await statesOf(bench, kind, domid)).toEqual(['4', '4']);
  expect(await bench.read(bench.frontend('vbd', domid), 'ring-ref', 'event-channel')).toEqual(['8', '15']);
  for (const kind of ['vbd', 'vif']) {
    const backend = bench.backend(kind, domid);
    await bench.host.store.transaction(async (tx) => {
      await tx.write(`${backend}/online`, '0');
      await tx.write(`${backend}/state`, '5');
    });
    expect(await statesOf(bench, kind, domid)).toEqual(['6', '6']);
  }
});

test('a rude guest never connects, until it changes its mind', async () => {
  await using bench = await DeviceBench.make({ disks });
  const domid = await guestWithDevices(bench, 'sim.devices=rude');
  for (const kind of ['vbd', 'vif']) expect(await statesOf(bench, kind, domid)).toEqual(['1', '2']);
  bench.host.guests.change(domid, { devices: 'polite' });
  for (const kind of ['vbd', 'vif']) expect(await statesOf(bench, kind, domid)).toEqual(['4', '4']);
  bench.host.guests.change(domid, { devices: 'rude' });
  await bench.write(`${bench.backend('vbd', domid)}/state`, '5');
  expect(await statesOf(bench, 'vbd', domid)).toEqual(['4', '5']); // and never lets go
});

test('a slow guest connects later', async () => {
  const clock = new ManualClock();
  await using bench = await DeviceBench.make({ disks, clock });
  const domid = await guestWithDevices(bench, 'sim.devices=slow:3s');
  expect(await statesOf(bench, 'vif', domid)).toEqual(['1', '2']);
  await clock.advance(3_000);
  expect(await statesOf(bench, 'vif', domid)).toEqual(['4', '4']);
});

test('a guest that is paused does nothing', async () => {
  await using bench = await DeviceBench.make({ disks });
  const domid = await createDomain(bench.host, 'web1', { cmdline: 'sim.tick=off' });
  await bench.settled();
  await bench.host.xen.domainPause(domid);
  await bench.plug('vbd', domid, DISK);
  await bench.script('block', ['add'], domid);
  expect(await statesOf(bench, 'vbd', domid)).toEqual(['1', '2']);
  await bench.host.xen.domainUnpause(domid);
  expect(await statesOf(bench, 'vbd', domid)).toEqual(['4', '4']);
});

test('a domain that dies with connected devices is a zombie until their backends have let go', async () => {
  await using bench = await DeviceBench.make({ disks });
  const domid = await guestWithDevices(bench, '');
  await bench.settled();
  await bench.host.xen.domainDestroy(domid);
  expect(bench.host.machine.domains.get(domid)).toMatchObject({ isDying: true });
  // With a domain xenstored removes the nodes that it owns: its frontends.
  for (const kind of ['vbd', 'vif']) expect(await statesOf(bench, kind, domid)).toEqual([undefined, '6']);
  expect(bench.host.machine.domains.has(domid)).toBe(false);
});

test('a new domain goes on from the state that it finds', async () => {
  await using bench = await DeviceBench.make({ disks });
  const first = await guestWithDevices(bench, '');
  await destroyDomain(bench.host, first);
  await bench.settled();
  expect(bench.host.machine.domains.has(first)).toBe(false);
  const second = await guestWithDevices(bench, '');
  expect(await statesOf(bench, 'vbd', second)).toEqual(['4', '4']);
});
