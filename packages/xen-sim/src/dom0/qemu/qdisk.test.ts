import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import type { QemuProcess, QemuStart } from '@vm-tools/dom0';
import { writeImage } from '../../testing/write-image.ts';
import { DeviceBench } from '../testing/device-bench.ts';

const socketOf = (bench: DeviceBench): string => join(bench.host.root, 'var/run/xen/qmp-libxl-1');
const logOf = (bench: DeviceBench): string => join(bench.host.root, 'var/log/xen/qemu-dm-web1.log');

function startOf(bench: DeviceBench, domid: number): QemuStart {
  const socket = `socket,id=libxl-cmd,path=${socketOf(bench)},server=on,wait=off`;
  const args = ['-xen-domid', `${domid}`, '-chardev', socket, '-M', 'xenpv'];
  return { domid, program: '/usr/bin/qemu-system-i386', args, env: {}, logPath: logOf(bench) };
}

async function startQemu(bench: DeviceBench, domid: number): Promise<QemuProcess> {
  await mkdir(dirname(socketOf(bench)), { recursive: true });
  const { pid } = await bench.host.dom0.startQemu(startOf(bench, domid));
  await bench.settled();
  return { pid, domid };
}

const qmp = (bench: DeviceBench, command: string): Promise<unknown> =>
  bench.host.dom0.qmp(socketOf(bench), command);

const stateOf = (bench: DeviceBench, domid: number): Promise<string | undefined> =>
  bench.host.store.read(`/local/domain/0/device-model/${domid}/state`);

test('a disk of a qemu from its nodes to the last of them', async () => {
  await using bench = await DeviceBench.make();
  const { host } = bench;
  const image = await writeImage(bench.file('web.qcow2'), '64M', 'qcow2');
  await mkdir(dirname(socketOf(bench)), { recursive: true });
  const domid = await bench.domain();
  const before = await host.snapshot();
  const backend = bench.backend('qdisk', domid);
  await bench.plug('qdisk', domid, { params: `qcow2:${image}`, mode: 'w' });
  expect(await bench.read(backend, 'state')).toEqual(['1']); // there is no qemu yet

  const qemu = await startQemu(bench, domid);
  expect(qemu.pid).toBeGreaterThan(2 ** 22);
  expect(await stateOf(bench, domid)).toBe('running');
  expect(await bench.read(backend, 'state', 'feature-flush-cache')).toEqual(['2', '1']);
  await bench.write(`${bench.frontend('vbd', domid)}/state`, '3');
  expect(await bench.read(backend, 'state', 'sectors', 'hotplug-status')).toEqual([
    '4',
    '131072',
    'connected',
  ]);
  expect(await qmp(bench, 'query-block')).toMatchObject([
    { inserted: { file: image, drv: 'qcow2', ro: false, image: { 'virtual-size': 2 ** 26 } } },
  ]);
  expect((await host.snapshot()).qemus).toEqual([{ domid, isStopped: false, images: [image] }]);

  // What a qemu that goes on may write after it is not on the disk.
  await host.dom0.flush(image);
  await qmp(bench, 'stop');
  await host.dom0.flush(image);
  expect(host.devices.flushes).toEqual([
    { path: image, wasInUse: true },
    { path: image, wasInUse: false },
  ]);
  expect(host.devices.qemus).toMatchObject([{ isStopped: true }]);

  await host.dom0.endQemu(qemu, 'orderly');
  expect(await bench.read(backend, 'state')).toEqual([undefined]);
  expect(await bench.read(bench.frontend('vbd', domid), 'state')).toEqual([undefined]);
  for (const path of ['0/backend', '0/device-model', `${domid}`])
    await host.store.rm(`/local/domain/${path}`);
  expect(await host.snapshot()).toEqual(before);
});

test('one that is killed takes nothing along', async () => {
  await using bench = await DeviceBench.make();
  const domid = await bench.domain();
  const image = await writeImage(bench.file('web.img'), '1M');
  await bench.plug('qdisk', domid, { params: `aio:${image}`, mode: 'r' });
  const qemu = await startQemu(bench, domid);
  expect(await bench.read(bench.backend('qdisk', domid), 'state', 'info')).toEqual(['2', '4']);
  await bench.host.dom0.endQemu(qemu, 'at-once');
  await bench.write(`${bench.frontend('vbd', domid)}/state`, '3');
  expect(await bench.read(bench.backend('qdisk', domid), 'state')).toEqual(['2']);
  expect(await readdir(dirname(socketOf(bench)))).toEqual(['qmp-libxl-1']);
  expect((await bench.host.snapshot()).qemus).toEqual([]);
});

test('an image that is not there is told of in the log, and nowhere else', async () => {
  await using bench = await DeviceBench.make();
  const domid = await bench.domain();
  await bench.plug('qdisk', domid, { params: 'qcow2:/none/web.qcow2', mode: 'w' });
  await startQemu(bench, domid);
  expect(await bench.read(bench.backend('qdisk', domid), 'state')).toEqual(['1']);
  expect(await readFile(logOf(bench), 'utf8')).toMatch(/Could not open '\/none\/web.qcow2': No such file/);
});

test('a disk that comes and goes while its qemu runs', async () => {
  await using bench = await DeviceBench.make();
  const domid = await bench.domain();
  await startQemu(bench, domid);
  const image = await writeImage(bench.file('web.img'), '1M');
  await bench.plug('qdisk', domid, { params: `aio:${image}`, mode: 'w' });
  expect(bench.host.devices.qemus).toMatchObject([{ images: [image] }]);
  const backend = bench.backend('qdisk', domid);
  await bench.host.store.transaction(async (tx) => {
    await tx.rm(bench.frontend('vbd', domid));
    await tx.write(`${backend}/online`, '0');
    await tx.write(`${backend}/state`, '5');
  });
  await bench.settled();
  expect(await bench.read(backend, 'state')).toEqual(['6']);
  expect(bench.host.devices.qemus).toMatchObject([{ images: [] }]);
});

test('without a folder for its socket it ends, and says why', async () => {
  await using bench = await DeviceBench.make();
  const { pid } = await bench.host.dom0.startQemu(startOf(bench, 1));
  await bench.settled();
  expect(await bench.host.dom0.isQemu({ pid, domid: 1 })).toBe(false);
  expect(await stateOf(bench, 1)).toBeUndefined();
  expect(await readFile(logOf(bench), 'utf8')).toMatch(/Failed to bind socket to .*: No such file/);
});

test('one that never becomes ready, one that dies, and one that takes its time', async () => {
  const clock = new ManualClock();
  await using bench = await DeviceBench.make({ clock });
  const { faults, dom0 } = bench.host;
  faults.add({ call: 'backend.qemu', domid: 1, hang: true });
  faults.add({ call: 'backend.qemu', domid: 2, errno: 'ENOMEM' });
  faults.add({ call: 'backend.qemu', domid: 3, delayMs: 5_000 });
  const [silent, dead, slow] = [
    await startQemu(bench, 1),
    await startQemu(bench, 2),
    await startQemu(bench, 3),
  ];
  expect(await Promise.all([silent, dead, slow].map((qemu) => dom0.isQemu(qemu)))).toEqual([
    true,
    false,
    true,
  ]);
  expect(await Promise.all([1, 2, 3].map((domid) => stateOf(bench, domid)))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  await clock.advance(5_000);
  await bench.settled();
  expect(await stateOf(bench, 3)).toBe('running');
  await dom0.endQemu(silent, 'at-once');
  expect(await dom0.isQemu(silent)).toBe(false);
  expect(await stateOf(bench, 1)).toBeUndefined();
});
