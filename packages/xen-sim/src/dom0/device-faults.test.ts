import { expect, test } from '@jest/globals';
import type { ScriptRun } from '@vm-tools/dom0';
import { ManualClock } from '@vm-tools/ratelimit';
import type { FaultRule } from '../faults/index.ts';
import type { SimulatedHost } from '../host/host.ts';
import { DeviceBench } from './testing/device-bench.ts';

const SCRIPT: ScriptRun = {
  path: '/etc/xen/scripts/block',
  args: ['add'],
  env: { XENBUS_PATH: 'backend/vbd/7/0' },
};
const QEMU = { pid: 5_000_000, domid: 7 };
const BOOT = { program: 'pygrub', args: ['/a'], folder: '/b', output: '/b/output', logPath: '/b.log' };
const START = { domid: 7, program: '/usr/bin/qemu', args: [], env: {}, logPath: '/log' };

/** Each call of a control domain, and its error when it is to fail. */
const FAILURES: readonly (readonly [
  errno: NonNullable<FaultRule['errno']>,
  call: string,
  act: (host: SimulatedHost) => Promise<unknown>,
  code: string,
])[] = [
  ['EIO', 'lookAt', ({ dom0 }) => dom0.lookAt('/a'), 'XEN_CALL_FAILED'],
  ['EIO', 'lookAtProgram', ({ dom0 }) => dom0.lookAtProgram('/a'), 'XEN_CALL_FAILED'],
  ['EIO', 'hasBridge', ({ dom0 }) => dom0.hasBridge('xenbr0'), 'XEN_CALL_FAILED'],
  ['ENOENT', 'runScript', ({ dom0 }) => dom0.runScript(SCRIPT), 'DOM0_SCRIPT_MISSING'],
  ['ETIMEDOUT', 'runScript', ({ dom0 }) => dom0.runScript(SCRIPT), 'DOM0_SCRIPT_TIMEOUT'],
  ['ENOENT', 'runBootloader', ({ dom0 }) => dom0.runBootloader(BOOT), 'DOM0_BOOTLOADER_MISSING'],
  ['ETIMEDOUT', 'runBootloader', ({ dom0 }) => dom0.runBootloader(BOOT), 'DOM0_BOOTLOADER_TIMEOUT'],
  ['EIO', 'flush', ({ dom0 }) => dom0.flush('/a'), 'DOM0_FLUSH_FAILED'],
  ['ENOENT', 'startQemu', ({ dom0 }) => dom0.startQemu(START), 'DOM0_QEMU_MISSING'],
  ['EIO', 'isQemu', ({ dom0 }) => dom0.isQemu(QEMU), 'XEN_CALL_FAILED'],
  ['EBUSY', 'endQemu', ({ dom0 }) => dom0.endQemu(QEMU, 'at-once'), 'DOM0_QEMU_STAYS'],
  ['EIO', 'qmp', ({ dom0 }) => dom0.qmp('/qmp', 'stop'), 'DOM0_QMP_FAILED'],
  ['ETIMEDOUT', 'qmp', ({ dom0 }) => dom0.qmp('/qmp', 'stop'), 'DOM0_QMP_SILENT'],
];

test.each(FAILURES)('%s of dom0.%s', async (errno, call, act, code) => {
  await using bench = await DeviceBench.make({ scenario: { faults: [{ call: `dom0.${call}`, errno }] } });
  await expect(act(bench.host)).rejects.toMatchObject({ code });
  expect(bench.host.faults.calls.get(`dom0.${call}`)).toBe(1);
});

test.each([
  ['ENOENT', 'absent'],
  ['EACCES', 'not-executable'],
] as const)('%s: a script or a program is %s', async (errno, found) => {
  await using bench = await DeviceBench.make();
  expect(await bench.host.dom0.lookAtProgram(SCRIPT.path)).toBe('runnable');
  bench.host.faults.add({ call: 'dom0.lookAtProgram', errno });
  expect(await bench.host.dom0.lookAtProgram(SCRIPT.path)).toBe(found);
});

test('a script that fails says why in the nodes of its backend', async () => {
  await using bench = await DeviceBench.make();
  bench.host.faults.add({ call: 'dom0.runScript', domid: 7, errno: 'ENOSPC' });
  expect(await bench.host.dom0.runScript(SCRIPT)).toEqual({
    status: 1,
    lastWords: expect.stringContaining('No space left on device'),
  });
  expect(await bench.read(bench.backend('vbd', 7), 'hotplug-status', 'hotplug-error')).toEqual([
    'error',
    expect.stringContaining('No space left on device'),
  ]);
});

test('a script of another guest goes on', async () => {
  await using bench = await DeviceBench.make();
  bench.host.faults.add({ call: 'dom0.runScript', domid: 8, errno: 'EIO' });
  expect(await bench.host.dom0.runScript({ ...SCRIPT, args: ['remove'] })).toMatchObject({ status: 0 });
});

const DISK = { params: '/dev/vg/web', mode: 'w' };
const disks = { '/dev/vg/web': '1M' };

test('a backend that is silent, until it may go on', async () => {
  await using bench = await DeviceBench.make({ disks });
  const domid = await bench.domain();
  bench.host.faults.add({ call: 'backend.vbd', hang: true });
  await bench.plug('vbd', domid, DISK);
  expect(await bench.read(bench.backend('vbd', domid), 'state')).toEqual(['1']);
  bench.host.faults.clear();
  await bench.settled();
  expect(await bench.read(bench.backend('vbd', domid), 'state')).toEqual(['2']);
  expect(bench.host.faults.calls.has('backend.vbd')).toBe(false); // no toolstack has called it
});

test('one that is silent about a device which is removed meanwhile', async () => {
  await using bench = await DeviceBench.make({ disks });
  const domid = await bench.domain();
  bench.host.faults.add({ call: 'backend.vbd', hang: true });
  await bench.plug('vbd', domid, DISK);
  await bench.host.store.rm(bench.backend('vbd', domid));
  bench.host.faults.clear();
  await bench.settled();
  expect(await bench.read(bench.backend('vbd', domid), 'state')).toEqual([undefined]);
  await bench.plug('vbd', domid, DISK);
  expect(await bench.read(bench.backend('vbd', domid), 'state')).toEqual(['2']);
});

test('one that fails, and does nothing more', async () => {
  await using bench = await DeviceBench.make({ disks });
  const domid = await bench.domain();
  const other = await bench.domain();
  bench.host.faults.add({ call: 'backend.vif', domid, errno: 'ENOMEM' });
  await bench.plug('vif', domid, { bridge: 'xenbr0', 'hotplug-status': '' });
  await bench.plug('vif', other, { bridge: 'xenbr0', 'hotplug-status': '' });
  expect(await bench.read(bench.backend('vif', domid), 'state')).toEqual(['5']);
  expect(await bench.read(bench.backend('vif', other), 'state')).toEqual(['2']);
  await bench.host.store.rm(bench.frontend('vif', domid));
  await bench.settled();
  expect(await bench.read(bench.backend('vif', domid), 'state')).toEqual(['5']);
});

test('one that takes its time to let go', async () => {
  const clock = new ManualClock();
  await using bench = await DeviceBench.make({ disks, clock });
  const domid = await bench.domain();
  await bench.plug('vbd', domid, DISK);
  bench.host.faults.add({ call: 'backend.vbd', delayMs: 20_000 });
  await bench.host.store.rm(bench.frontend('vbd', domid));
  await bench.settled();
  expect(await bench.read(bench.backend('vbd', domid), 'state')).toEqual(['2']);
  await clock.advance(20_000);
  await bench.settled();
  expect(await bench.read(bench.backend('vbd', domid), 'state')).toEqual(['6']);
});
