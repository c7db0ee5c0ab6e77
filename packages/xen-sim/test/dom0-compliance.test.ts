import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import type { BootloaderRun, Dom0, QemuStart, ScriptRun } from '@vm-tools/dom0';
import { dom0Compliance, type Dom0Ground } from '@vm-tools/dom0/testing';
import { connectDom0 } from '@vm-tools/xen-wire';
import { listenDom0 } from '@vm-tools/xen-wire/server';
import { createSimulatedHost, type SimulatedHost } from '../src/index.ts';

/** The device of a guest that has no bridge, and one of a guest that is no more. */
async function scripts({
  store,
  faults,
}: SimulatedHost): Promise<Pick<Dom0Ground, 'succeeds' | 'fails' | 'hangs'>> {
  await store.write('/local/domain/0/backend/vif/7/0/bridge', 'none');
  const run = (args: readonly string[], domid: number): ScriptRun => ({
    path: '/etc/xen/scripts/vif-bridge',
    args,
    env: { XENBUS_PATH: `backend/vif/${domid}/0`, vif: `vif${domid}.0` },
  });
  faults.add({ call: 'dom0.runScript', domid: 9, hang: true, times: 10 });
  return {
    succeeds: run(['offline', 'type_if=vif'], 8),
    fails: run(['online', 'type_if=vif'], 7),
    hangs: run(['offline', 'type_if=vif'], 9),
  };
}

/** Disks of which one is a kernel. */
async function bootloaders(
  { kernel }: SimulatedHost,
  folder: string,
): Promise<Pick<Dom0Ground, 'boots' | 'bootsNot'>> {
  const blank = join(folder, 'blank.img');
  await writeFile(blank, Buffer.alloc(512));
  const place = join(folder, 'boot');
  const files = { folder: place, output: join(place, 'output'), logPath: join(folder, 'boot.log') };
  const run = (disk: string): BootloaderRun => ({ program: 'pygrub', args: [disk], ...files });
  return { boots: run(kernel), bootsNot: run(blank) };
}

async function groundOf(host: SimulatedHost, dom0: Dom0, close: () => Promise<void>): Promise<Dom0Ground> {
  const folder = join(host.root, 'test');
  await mkdir(folder);
  return {
    dom0,
    folder,
    ...(await scripts(host)),
    ...(await bootloaders(host, folder)),
    qemu: (domid, socket): QemuStart => ({
      domid,
      program: '/usr/bin/qemu-system-i386',
      args: ['-xen-domid', `${domid}`, '-qmp', `unix:${socket},server=on,wait=off`],
      env: {},
      logPath: join(folder, 'qemu.log'),
    }),
    [Symbol.asyncDispose]: close,
  };
}

describe('a simulated control domain', () => {
  dom0Compliance(async () => {
    const host = await createSimulatedHost({ memory: '1G' });
    return groundOf(host, host.dom0, async () => host[Symbol.asyncDispose]());
  });
});

describe('a simulated control domain in another process', () => {
  dom0Compliance(async () => {
    const host = await createSimulatedHost({ memory: '1G' });
    const socket = join(host.root, 'dom0.sock');
    const served = await listenDom0(host.dom0, socket);
    const dom0 = await connectDom0(socket);
    return groundOf(host, dom0, async () => {
      await dom0.close();
      await served.close();
      await host[Symbol.asyncDispose]();
    });
  });
});
