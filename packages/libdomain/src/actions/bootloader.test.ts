import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { BootloaderRun } from '@vm-tools/dom0';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import type { DomainConfig } from '../config/schema.ts';
import type { Host } from '../host.ts';
import { checkConfig } from '../config/parse-config.ts';
import { expectUnchanged, tryEachCall } from '../testing/each-call.ts';
import { failure } from '../testing/failure.ts';
import { restartDomain } from '../policy/restart.ts';
import { bootableDisk } from '../testing/bootable-disk.ts';
import { readUserdata } from '../userdata.ts';
import { createDomain, planCreate } from './create-domain.ts';
import { destroyDomain } from './destroy-domain.ts';

const UUID = '01234567-89ab-4def-8123-456789abcdef';
const FOLDER = `bootloader.${UUID}.d`;

async function bootable(host: SimulatedHost, more: Partial<DomainConfig> = {}): Promise<DomainConfig> {
  return checkConfig({
    name: 'web1',
    uuid: UUID,
    memoryKib: 2048,
    bootloader: 'pygrub',
    disks: [{ target: await bootableDisk(host), vdev: 'xvda' }],
    ...more,
  });
}

/** The same host with another bootloader. */
function withBootloader(host: SimulatedHost, run: Host['dom0']['runBootloader']): Host {
  const { xen, store, root, transfers } = host;
  const dom0 = new Proxy<Host['dom0']>(host.dom0, {
    get(target, name) {
      if (name === 'runBootloader') return run;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { xen, store, root, transfers, dom0 };
}

/** One that ends well. */
function answering(answer: (run: BootloaderRun) => Promise<string>): Host['dom0']['runBootloader'] {
  return async (run) => {
    await mkdir(run.folder, { recursive: true });
    return { status: 0, lastWords: '', output: await answer(run) };
  };
}

const leftIn = async (host: SimulatedHost): Promise<string[]> =>
  (await readdir(join(host.root, 'var/lib/xen')).catch(() => [])).filter((name) => name.startsWith('boot'));

test('the kernel comes from the disk, and nothing of it stays; the configuration keeps the bootloader', async () => {
  await using host = await createSimulatedHost();
  const config = await bootable(host, { cmdline: 'sim.dirty=1M/s', bootloaderArgs: ['-q'] });
  const runs: BootloaderRun[] = [];
  const watched = withBootloader(host, (run, options) => {
    runs.push(run);
    return host.dom0.runBootloader(run, options);
  });
  const domain = await createDomain(watched, config);
  const folder = join(host.root, 'var/lib/xen', FOLDER);
  expect(runs.map(({ args }) => args)).toEqual([
    [
      '--args=sim.dirty=1M/s',
      `--output=${folder}/output`,
      '--output-format=simple0',
      `--output-directory=${folder}`,
      '-q',
      config.disks[0]?.target,
    ],
  ]);
  expect(await leftIn(host)).toEqual([]);
  const { nodes } = await host.snapshot();
  expect(nodes.join('\n')).toContain(`/vm/${UUID}/image/kernel = "${folder}/boot_kernel.simulated"`);
  await destroyDomain(host, domain);
});

test('it runs anew when the guest starts anew, on what its disk has then', async () => {
  await using host = await createSimulatedHost();
  const config = await bootable(host, { cmdline: 'sim.tick=20ms', bootloaderArgs: ['-q'] });
  const domain = await createDomain(host, config);
  const configJson = await readUserdata(host, domain);
  expect(JSON.parse(configJson)).toMatchObject({
    b_info: { bootloader: 'pygrub', bootloader_args: ['-q'], cmdline: 'sim.tick=20ms' },
  });
  expect(configJson).not.toContain('kernel');
  const again = await restartDomain(host, { ...domain, configJson });
  expect(host.faults.calls.get('dom0.runBootloader')).toBe(2);
  expect(await readUserdata(host, again ?? domain)).toBe(configJson);
  // By the word of another host it does not.
  const origin = { from: 'peer' } as const;
  expect(await failure(restartDomain(host, { ...(again ?? domain), configJson, origin }))).toMatchObject({
    code: expect.stringMatching(/^DOMAIN_(KERNEL_MISSING|FILE_NOT_ALLOWED)$/),
  });
  expect(host.faults.calls.get('dom0.runBootloader')).toBe(2);
});

test('--dry-run shows it where it runs', async () => {
  await using host = await createSimulatedHost();
  const steps = planCreate(await bootable(host)).describe();
  const names = steps.map(({ name }) => name);
  expect(names.slice(1, 4)).toEqual(['check-disks', 'bootloader', 'check-kernel']);
  expect(names[names.indexOf('build') + 1]).toBe('drop-fetched');
  expect(steps[2]?.about).toMatch(/^pygrub takes the kernel from \//);
});

test('each call of it fails once', async () => {
  await tryEachCall({
    prepare: (host) => bootable(host),
    act: (host, config, signal) => createDomain(host, config, { signal }),
    check: (failure) => expectUnchanged(failure, 'never created'),
  });
});

test('one that ends with an error tells its last words', async () => {
  await using host = await createSimulatedHost();
  const config = await bootable(host);
  await writeFile(config.disks[0]?.target ?? '', Buffer.alloc(4096));
  const error = await failure(createDomain(host, config));
  expect(error).toMatchObject({ code: 'DOMAIN_BOOTLOADER_FAILED', kind: 'usage', leftovers: [] });
  expect(error.message).toMatch(
    /it ended with status 1, and last said: RuntimeError: Unable to find partition/,
  );
  expect(await leftIn(host)).toEqual([]);
});

test.each([
  ['ENOENT', 'DOM0_BOOTLOADER_MISSING'],
  ['ETIMEDOUT', 'DOM0_BOOTLOADER_TIMEOUT'],
  ['EIO', 'DOMAIN_BOOTLOADER_FAILED'],
] as const)('%s of it', async (errno, code) => {
  await using host = await createSimulatedHost();
  host.faults.add({ call: 'dom0.runBootloader', errno });
  expect(await failure(createDomain(host, await bootable(host)))).toMatchObject({ code, leftovers: [] });
  expect(await leftIn(host)).toEqual([]);
});

test('one that never answers is given up with the signal', async () => {
  await using host = await createSimulatedHost();
  host.faults.add({ call: 'dom0.runBootloader', hang: true });
  const stop = new AbortController();
  const creating = createDomain(host, await bootable(host), {
    signal: stop.signal,
    onStep: ({ name, state }) => {
      if (name === 'bootloader' && state === 'started') setImmediate(() => stop.abort());
    },
  });
  expect(await failure(creating)).toMatchObject({ code: 'INTERRUPTED', leftovers: [] });
  expect(await leftIn(host)).toEqual([]);
});

test.each<[string, (run: BootloaderRun) => Promise<string>]>([
  ['is no file that it has fetched', () => Promise.resolve('kernel /etc/passwd\0')],
  [
    'is no file that it has fetched',
    async ({ folder }) => {
      await symlink('/etc/passwd', join(folder, 'kernel'));
      return `kernel ${folder}/kernel\0`;
    },
  ],
  ['names none', () => Promise.resolve('args quiet\0')],
  [
    'is longer than the 1023 bytes of a pv domain',
    async ({ folder }) => {
      await writeFile(join(folder, 'kernel'), '');
      return `kernel ${folder}/kernel\0args ${'x'.repeat(2000)}\0`;
    },
  ],
])('an answer that %s', async (why, answer) => {
  await using host = await createSimulatedHost();
  const error = await failure(createDomain(withBootloader(host, answering(answer)), await bootable(host)));
  expect(error).toMatchObject({
    code: 'DOMAIN_BOOTLOADER_FAILED',
    message: expect.stringContaining(why),
    leftovers: [],
  });
  expect(await leftIn(host)).toEqual([]);
});

test.each([
  [[], /has no disk/],
  [[{ target: '/dev/vg/a', vdev: 'xvda', script: 'block-x' }], /the script block-x makes it/],
  [[{ target: '/dev/vg/a', vdev: 'xvda', backend: 'storage' }], /in the domain storage/],
  [[{ target: '', format: 'empty', vdev: 'xvda', type: 'cdrom' }], /is empty/],
  [[{ target: '/a.qcow2', format: 'qcow2', vdev: 'xvda' }], /of format qcow2/],
])('a disk on which it cannot look: %j', async (disks, message) => {
  await using host = await createSimulatedHost();
  const config = checkConfig({ name: 'web1', memoryKib: 2048, bootloader: 'pygrub', disks });
  const { bootloader } = await import('../steps/boot/bootloader.ts');
  const running = bootloader.run({
    config: { ...config, uuid: UUID },
    host,
    signal: new AbortController().signal,
  });
  const error = await failure(running);
  expect(error).toMatchObject({ code: 'DOMAIN_BOOTLOADER_DISK', kind: 'usage' });
  expect(error.message).toMatch(message);
});
