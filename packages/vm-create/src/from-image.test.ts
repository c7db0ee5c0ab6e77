import { expect } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { qcow2Overlay } from '@vm-tools/disk-image';
import {
  failure,
  interrupt,
  listed,
  result,
  testOnHost,
  unchanged,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMeX7fiL7wmjEcR1MItEk4GLYdxffXCl+lZwWws8nCUC me@example';
const MIB = 1024 ** 2;
const WANTED = '--image base.img --name web1 --memory 64M --ssh-key id.pub';

interface Made {
  readonly domid: number;
  readonly uuid: string;
  readonly disk: string;
  readonly seed: string;
  readonly image: string;
}

/** An image, a key, and in place of GRUB a kernel that can be simulated. */
async function prepare(host: TestHost): Promise<void> {
  const { kernel, root } = host.simulated;
  await writeFile(join(host.folder, 'id.pub'), `${KEY}\n`);
  await writeFile(join(host.folder, 'base.img'), 'a disk');
  await truncate(join(host.folder, 'base.img'), 3 * MIB);
  const grub = join(root, 'usr/lib/grub-xen/grub-i386-xen_pvh.bin');
  await mkdir(dirname(grub), { recursive: true });
  await copyFile(kernel, grub);
}

/** What is below the folder of guests from images. */
async function filesLeft(host: TestHost): Promise<readonly string[]> {
  const folder = join(host.simulated.root, 'var/lib/vm-tools/images');
  return (await readdir(folder, { recursive: true }).catch(() => [])).sort();
}

/** What fails before there is a domain, and leaves no file. */
async function refused(host: TestHost, words: string): ReturnType<typeof failure> {
  const before = await filesLeft(host);
  const error = await unchanged(host, () => failure(host, `vm-create ${words}`));
  expect(await filesLeft(host)).toEqual(before);
  return error;
}

testOnHost(
  'a guest from an image runs on a disk of its own, which stays when it is destroyed',
  async (host) => {
    await prepare(host);
    const made = await result<Made>(host, `vm-create ${WANTED} --disk 20G --vcpus 2`);
    const folder = join(host.simulated.root, 'var/lib/vm-tools/images/web1');
    expect(made).toMatchObject({
      name: 'web1',
      disk: join(folder, 'disk.qcow2'),
      seed: join(folder, 'seed.iso'),
      image: join(host.folder, 'base.img'),
    });
    await waitForTicks(host, 'web1');
    expect(await listed(host, 'web1')).toMatchObject({ type: 'pvh', vcpus: 2, maxMemoryKib: 64 * 1024 });
    const overlay = { virtualBytes: 20 * 1024 * MIB, backingPath: made.image, backingFormat: 'raw' as const };
    expect((await readFile(made.disk)).equals(qcow2Overlay(overlay))).toBe(true);
    const modes = await Promise.all(
      [folder, made.disk, made.seed].map(async (path) => (await stat(path)).mode),
    );
    expect(modes.map((mode) => (mode & 0o777).toString(8))).toEqual(['700', '600', '600']);
    expect((await readFile(made.seed)).includes(made.uuid)).toBe(true);
    await result(host, 'vm-destroy web1');
    expect(await filesLeft(host)).toEqual(['web1', 'web1/disk.qcow2', 'web1/seed.iso']);
  },
);

testOnHost('stdout has the domid alone, and stderr where the files are', async (host) => {
  await prepare(host);
  const { stdout, stderr } = await host.exec(`vm-create ${WANTED}`);
  expect(stdout).toBe('1\n');
  expect(stderr).toContain(join(host.simulated.root, 'var/lib/vm-tools/images/web1'));
});

testOnHost('--dry-run tells steps, configuration and seed, and writes nothing', async (host) => {
  await prepare(host);
  const [text, value] = await unchanged(host, () =>
    Promise.all([
      host.run(`vm-create -n ${WANTED} --disk 1G --user ops --ip 192.0.2.10/24 --gateway 192.0.2.1`),
      result<{ steps: { name: string }[]; documents: Record<string, string>; config: object }>(
        host,
        `vm-create -n ${WANTED}`,
      ),
    ]),
  );
  expect(text).toMatch(/1 {2}image-folder: [^]*2 {2}overlay: [^]* a disk of 1 GiB on top of [^]*3 {2}seed: /);
  expect(text).toContain('#cloud-config');
  expect(text).toContain('"via": "192.0.2.1"');
  expect(value.steps.slice(0, 4).map(({ name }) => name)).toEqual([
    'image-folder',
    'overlay',
    'seed',
    'check-memory',
  ]);
  expect(Object.keys(value.documents)).toEqual(['meta-data', 'user-data']);
  expect(value.config).toMatchObject({
    disks: [
      { vdev: 'xvda', format: 'qcow2', access: 'rw' },
      { vdev: 'xvdb', access: 'ro' },
    ],
  });
  expect(await filesLeft(host)).toEqual([]);
});

testOnHost('settings add what no option says, and may name a kernel in place of GRUB', async (host) => {
  await prepare(host);
  await rm(join(host.simulated.root, 'usr'), { recursive: true });
  const none = await refused(host, WANTED);
  expect(none).toMatchObject({
    status: 2,
    error: { code: 'GUEST_NO_GRUB', hint: expect.stringContaining('grub-xen-host') },
  });
  const { kernel } = host.simulated;
  await result(host, `vm-create ${WANTED} kernel=${kernel} onReboot=destroy --paused`);
  const missing = await refused(host, `${WANTED.replace('web1', 'web2')} kernel=/nothing`);
  expect(missing.error).toMatchObject({
    code: 'DOMAIN_KERNEL_MISSING',
    message: expect.stringContaining('command line:1:8'),
  });
});

testOnHost('a second guest of the name gets neither its disk nor its name', async (host) => {
  await prepare(host);
  const { disk } = await result<Made>(host, `vm-create ${WANTED}`);
  await writeFile(disk, 'what the guest has written');
  expect(await refused(host, WANTED)).toMatchObject({
    status: 2,
    error: { code: 'GUEST_FILES_TAKEN', hint: expect.stringContaining(dirname(disk)) },
  });
  await result(host, 'vm-destroy web1');
  expect((await refused(host, WANTED)).error.code).toBe('GUEST_FILES_TAKEN');
  expect(await readFile(disk, 'utf8')).toBe('what the guest has written');
});

testOnHost('when the domain cannot be made, its files go again', async (host) => {
  await prepare(host);
  await result(host, 'vm-create polite.cfg name=taken');
  const taken = await refused(host, WANTED.replace('web1', 'taken'));
  expect(taken).toMatchObject({ status: 2, error: { code: 'DOMAIN_NAME_TAKEN' } });
  const large = await refused(host, WANTED.replace('64M', '800G'));
  expect(large).toMatchObject({ status: 5, error: { code: 'DOMAIN_NO_MEMORY' } });
  host.simulated.faults.add({ call: 'xenstore.introduce', errno: 'EIO' });
  const late = await refused(host, WANTED);
  expect(late.error.details?.['step']).toBe('introduce');
  expect(late.error.leftovers).toBeUndefined();
  expect(await filesLeft(host)).toEqual([]);
});

for (const step of ['image-folder', 'overlay', 'seed', 'build', 'introduce']) {
  testOnHost(`Ctrl-C in ${step} leaves no file`, async (host) => {
    await prepare(host);
    host.simulated.faults.add({ call: '*', delayMs: 10, times: 1000 });
    const stopped = await unchanged(host, () =>
      interrupt(
        host,
        `vm-create ${WANTED}`,
        ({ name, state: reached }) => name === step && reached === 'started',
      ),
    );
    expect(stopped).toMatchObject({ status: 130, error: { kind: 'interrupted' } });
    expect(await filesLeft(host)).toEqual([]);
  });
}

testOnHost(
  'an image that leads to other files, and other wrong images, are refused by name',
  async (host) => {
    await prepare(host);
    const hostile = qcow2Overlay({
      virtualBytes: 64 * MIB,
      backingPath: '/etc/shadow',
      backingFormat: 'raw',
    });
    await writeFile(join(host.folder, 'hostile.qcow2'), hostile);
    const backing = await refused(host, WANTED.replace('base.img', 'hostile.qcow2'));
    expect(backing).toMatchObject({
      status: 2,
      error: { code: 'DISK_IMAGE_REFUSED', message: expect.stringContaining('backing file') },
    });
    const absent = await refused(host, WANTED.replace('base.img', 'absent.qcow2'));
    expect(absent).toMatchObject({ status: 2, error: { code: 'DISK_IMAGE_UNREADABLE' } });
    const small = await refused(host, `${WANTED} --disk 2M`);
    expect(small).toMatchObject({
      status: 2,
      error: { code: 'GUEST_DISK_TOO_SMALL', message: expect.stringContaining('3 MiB') },
    });
  },
);

testOnHost('a private key is refused, and so is what is no key', async (host) => {
  await prepare(host);
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(join(host.folder, 'id'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const secret = await refused(host, WANTED.replace('id.pub', 'id'));
  expect(secret).toMatchObject({
    status: 2,
    error: { code: 'SSH_KEY_PRIVATE', hint: expect.stringContaining('id.pub') },
  });
  expect(JSON.stringify(secret.error)).not.toContain('BEGIN');
  expect((await refused(host, WANTED.replace('id.pub', 'base.img'))).error.code).toMatch(
    /^(SSH_KEY_INVALID|USAGE)$/,
  );
  expect((await refused(host, WANTED.replace('id.pub', 'absent'))).error.code).toBe('SSH_KEY_UNREADABLE');
});

testOnHost('the same as a file, whose other keys are those of any configuration', async (host) => {
  await prepare(host);
  const config = {
    name: 'web1',
    memory: '64MiB',
    onReboot: 'destroy',
    networks: [{ bridge: 'xenbr0', mac: '00:16:3e:00:00:01' }],
    disks: [{ target: join(host.folder, 'more.img'), vdev: 'xvdc' }],
    image: { file: 'base.img', disk: '1G', sshKey: 'id.pub', ip: '192.0.2.10/24' },
  };
  await writeFile(join(host.folder, 'more.img'), 'more');
  await writeFile(join(host.folder, 'web1.json'), JSON.stringify(config, null, 2));
  const planned = await result<{ documents: Record<string, string> }>(host, 'vm-create -n web1.json');
  expect(planned.documents['network-config']).toContain('00:16:3e:00:00:01');
  const made = await result<Made>(host, 'vm-create web1.json memory=32');
  await waitForTicks(host, 'web1');
  expect(await listed(host, 'web1')).toMatchObject({ maxMemoryKib: 32 * 1024 });
  expect((await readFile(made.disk)).readBigUInt64BE(24)).toBe(BigInt(1024 * MIB));
});

testOnHost('what is wrong with a file is told with its place', async (host) => {
  await prepare(host);
  const file = join(host.folder, 'web1.json');
  const write = (image: unknown, more = {}): Promise<void> =>
    writeFile(
      file,
      `{\n"image": ${JSON.stringify(image)},\n${JSON.stringify({ name: 'web1', memory: 64, ...more }).slice(1)}`,
    );
  const good = { file: 'base.img', sshKey: 'id.pub' };
  for (const [image, more, said] of [
    ['base.img', {}, 'image must be an object'],
    [{ sshKey: 'id.pub' }, {}, 'image.file is missing'],
    [{ file: 'base.img' }, {}, 'image.sshKey is missing'],
    [{ ...good, sshkey: 'id.pub' }, {}, 'image.sshkey is not known'],
    [{ ...good, disk: 20 }, {}, 'image.disk must be a text'],
    [{ ...good, disk: 'large' }, {}, 'image.disk must be a size'],
    [{ ...good, disk: '1K' }, {}, 'image.disk must be a size of 1 MiB or more'],
    [{ ...good, disk: '65T' }, {}, 'image.disk must be 64 TiB or less'],
    [good, { type: 'pv' }, 'a guest from an image is of type pvh'],
    [good, { bootloader: 'pygrub' }, 'a guest from an image is of type pvh'],
  ] as const) {
    await write(image, more);
    const { status, error } = await refused(host, 'web1.json');
    expect({ status, code: error.code }).toEqual({ status: 2, code: 'CONFIG_INVALID' });
    expect(error.message).toContain(`web1.json:2:10: ${said}`);
  }
  await write(good, { memroy: 1 });
  expect((await refused(host, 'web1.json')).error.code).toBe('CONFIG_UNKNOWN_KEY');
  await write({ ...good, ip: '192.0.2.10/24' });
  const none = await refused(host, 'web1.json');
  expect(none.error.message).toContain('without a network device');
  await write(good);
  await host.run('vm-config check web1.json');
});

testOnHost('options that make no sense are refused', async (host) => {
  await prepare(host);
  for (const words of [
    '',
    'polite.cfg --disk 20G',
    'polite.cfg --name web2',
    'polite.cfg --ssh-key id.pub',
    '--image base.img',
    '--image base.img --name web1 --memory 64M',
    '--image base.img --name web1 --ssh-key id.pub',
    `${WANTED} polite.cfg`,
    `${WANTED} --from-pending`,
    `${WANTED} image=other.img`,
    `${WANTED} --memory much`,
    `${WANTED} --memory 64`,
    `${WANTED} --memory 0G`,
    `${WANTED} --disk 0G`,
    `${WANTED} --vcpus 0`,
    `${WANTED} --user root`,
    `${WANTED} --hostname web_1`,
    `${WANTED} --gateway 192.0.2.1`,
    `${WANTED} --ip 192.0.2.10`,
    `${WANTED} --ip 192.0.2.10/24 --gateway 2001:db8::1`,
    `${WANTED} --ip 192.0.2.10/24 --dns example.org`,
    WANTED.replace('web1', "'web 1'"),
  ]) {
    const { status, error } = await refused(host, words);
    expect({ words, status, code: error.code }).toEqual({ words, status: 2, code: 'USAGE' });
    expect(error.hint).toBeTruthy();
  }
  const path = await refused(host, WANTED.replace('web1', '../web1'));
  expect(path).toMatchObject({ status: 2, error: { code: 'CONFIG_INVALID', details: { key: 'name' } } });
  const pv = await refused(host, `${WANTED} type=pv`);
  expect(pv).toMatchObject({ status: 2, error: { code: 'CONFIG_INVALID' } });
  const bridge = await refused(host, `${WANTED} --bridge none`);
  expect(bridge).toMatchObject({ status: 2, error: { code: 'DOMAIN_NO_BRIDGE' } });
});
