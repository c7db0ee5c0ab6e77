import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { originPath } from '../paths.ts';
import { failure } from '../testing/failure.ts';
import { decodeOrigin, encodeOrigin, readOrigin, rulesFor, type Origin } from './origin.ts';
import { requireAllowed } from './require-allowed.ts';
import { requireStartable } from './require-startable.ts';
import { readPlaceRules } from './rules.ts';
import { isSealedHere, seal, withoutSeal } from './seal.ts';

const isRoot = process.getuid?.() === 0;
let root: string;
let kernels: string;
let disks: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'places-'));
  kernels = join(root, 'var/lib/vm-tools/kernels');
  disks = join(root, 'var/lib/vm-tools/disks');
  for (const folder of [kernels, disks]) await mkdir(folder, { recursive: true, mode: 0o755 });
  await mkdir(join(root, 'etc/vm-tools'), { recursive: true });
  await writeFile(join(kernels, 'vmlinuz'), 'kernel', { mode: 0o644 });
  await writeFile(join(root, 'etc/vm-tools/identity.key'), 'secret', { mode: 0o600 });
});

afterEach(() => rm(root, { recursive: true }));

/** Why these files are refused; undefined when they are not. */
async function refusal(kernel: string, ramdisk?: string, allowed?: readonly string[]): Promise<unknown> {
  const config = { name: 'web1', kernel, ...(ramdisk === undefined ? {} : { ramdisk }) };
  const rules = await readPlaceRules({ root }, { kernels: allowed });
  const error = await requireAllowed(config, rules).catch((thrown: unknown) => thrown);
  if (error !== undefined) expect(error).toMatchObject({ code: 'DOMAIN_FILE_NOT_ALLOWED', kind: 'usage' });
  return (error as Error | undefined)?.message;
}

describe('what comes from elsewhere', () => {
  it('may name files below an allowed folder, those that are not there included', async () => {
    const own = join(kernels, 'vmlinuz');
    await mkdir(join(kernels, 'web'), { mode: 0o755 });
    await writeFile(join(kernels, 'web/initrd'), '', { mode: 0o644 });
    await symlink('vmlinuz', join(kernels, 'current'));
    for (const path of [own, join(kernels, 'current'), `${kernels}/web/../vmlinuz`, join(kernels, 'absent')])
      expect(await refusal(path, join(kernels, 'web/initrd'))).toBeUndefined();
  });

  it('may name no other file, by whatever way, and is not told whether there is one', async () => {
    const own = join(kernels, 'vmlinuz');
    const key = join(root, 'etc/vm-tools/identity.key');
    await symlink(key, join(kernels, 'link'));
    await symlink(join(root, 'etc'), join(kernels, 'folder'));
    const outside = `it is not below ${kernels}`;
    for (const path of [
      key,
      join(root, 'etc/vm-tools/absent'),
      join(kernels, 'link'),
      join(kernels, 'folder/vm-tools/identity.key'),
      `${kernels}/../../../../etc/vm-tools/identity.key`,
      `${kernels}/../../../../etc/vm-tools/absent`,
      `${kernels}2/vmlinuz`,
      kernels,
      '/proc/self/environ',
      '/dev/zero',
    ]) {
      expect(await refusal(path)).toBe(`the kernel ${path} of web1 may not be taken from there: ${outside}`);
      expect(await refusal(own, path)).toBe(
        `the ramdisk ${path} of web1 may not be taken from there: ${outside}`,
      );
    }
    expect(await refusal('vmlinuz')).toMatch('not absolute');
  });

  it('may name files below each of the folders, however they are written, and is told which they are', async () => {
    const own = join(kernels, 'vmlinuz');
    const absent = join(root, 'absent');
    for (const path of [own, join(kernels, 'absent'), join(absent, 'vmlinuz')])
      expect(await refusal(path, undefined, [absent, `${kernels}/`])).toBeUndefined();
    expect(await refusal(join(root, 'etc'), undefined, [absent, kernels])).toMatch(
      `it is not below ${absent} or ${kernels}`,
    );
    expect(await refusal(own, undefined, [])).toMatch('it is not below any folder');
  });

  it('may name nothing that others could change', async () => {
    const path = join(kernels, 'vmlinuz');
    await chmod(path, 0o664);
    expect(await refusal(path)).toMatch(`others may write to ${path}`);
    await chmod(path, 0o644);
    await chmod(kernels, 0o777);
    expect(await refusal(path)).toMatch(`others may write to ${kernels}`);
  });

  (isRoot ? it : it.skip)(
    `may name nothing that belongs to another user than root${isRoot ? '' : ' [skipped: it takes root]'}`,
    async () => {
      const path = join(kernels, 'vmlinuz');
      await chown(path, 65534, 65534);
      expect(await refusal(path)).toMatch(`others may write to ${path}`);
      await chown(path, 0, 0);
      await chown(kernels, 65534, 65534);
      expect(await refusal(path)).toMatch(`others may write to ${kernels}`);
      const geteuid = jest.spyOn(process as { geteuid(): number }, 'geteuid').mockReturnValue(65534);
      try {
        expect(await refusal(path)).toBeUndefined();
      } finally {
        geteuid.mockRestore();
      }
    },
  );
});

test('what is said of a peer comes before what is said of all, and that before what holds without either', async () => {
  const file = join(root, 'etc/vm-tools/places.json');
  const folders = join(root, 'var/lib/vm-tools/folders');
  const others = { folders: [folders], listen: [] };
  const devices = { disks: [disks], bridges: ['xenbr0'], scripts: [], backends: [], ...others };
  expect(await readPlaceRules({ root })).toEqual({ kernels: [kernels], requireKernels: true, ...devices });
  await writeFile(file, '{"kernels": ["/boot/guests"], "requireKernels": false, "bridges": ["br0"]}');
  const ofAll = { ...devices, kernels: ['/boot/guests'], requireKernels: false, bridges: ['br0'] };
  expect(await readPlaceRules({ root })).toEqual(ofAll);
  const own = { kernels: [], requireKernels: true, disks: ['/d'], scripts: ['block-iscsi'] };
  const rulesOfPeer = (): Promise<object> => Promise.resolve(own);
  expect(await rulesFor({ root }, { from: 'peer', peer: 'a' }, rulesOfPeer)).toEqual({ ...ofAll, ...own });
  const allowed = {
    ...{ kernels: ['/images'], disks: ['/d'], bridges: ['br1'], scripts: ['s'], backends: ['b'] },
    ...{ folders: ['/f'], listen: ['::'] },
  };
  expect(await rulesFor({ root }, { from: 'image', ...allowed }, rulesOfPeer)).toMatchObject({
    kernels: ['/boot/guests', '/images'],
    disks: [disks, '/d'],
    bridges: ['br0', 'br1'],
    scripts: ['s'],
    backends: ['b'],
    folders: [folders, '/f'],
    listen: ['::'],
  });
  expect(await rulesFor({ root }, undefined, rulesOfPeer)).toBeUndefined();
  expect(await rulesFor({ root }, { from: 'peer' }, rulesOfPeer)).toEqual(ofAll);
  expect(await rulesFor({ root }, { from: 'peer', peer: 'a' })).toEqual(ofAll);
  expect(await rulesFor({ root }, { from: 'image' })).toEqual(ofAll);
});

test('the origin of a domain is kept with it, and one of this host has none', async () => {
  const read = async (path: string) => (path === originPath(7) ? '{"from":"peer","peer":"a"}' : undefined);
  const store = { read } as Parameters<typeof readOrigin>[0];
  expect(await readOrigin(store, 7)).toEqual({ from: 'peer', peer: 'a' });
  expect(await readOrigin(store, 8)).toBeUndefined();
});

test('a domain can be started when its files may be named, are there, and are what they are said to be', async () => {
  await using host = await createSimulatedHost();
  const { kernel } = host;
  const none = { disks: [], networks: [], framebuffers: [], channels: [], shares: [] };
  const config = { name: 'web1', type: 'pvh', kernel, ...none } as const;
  await requireStartable(config);
  const rules = await readPlaceRules({ root });
  expect(
    await failure(
      requireStartable(
        { ...config, networks: [{ bridge: 'br7' }] },
        { ...rules, kernels: [dirname(kernel)] },
      ),
    ),
  ).toMatchObject({ code: 'DOMAIN_DEVICE_NOT_ALLOWED' });
  expect(await failure(requireStartable(config, rules))).toMatchObject({ code: 'DOMAIN_FILE_NOT_ALLOWED' });
  for (const [broken, code] of [
    [{ ...config, kernel: join(kernels, 'absent') }, 'DOMAIN_KERNEL_MISSING'],
    [{ ...config, kernel: join(kernels, 'vmlinuz') }, 'DOMAIN_KERNEL_INVALID'],
    [{ ...config, ramdisk: join(kernels, 'absent') }, 'DOMAIN_RAMDISK_MISSING'],
  ] as const)
    expect(await failure(requireStartable(broken))).toMatchObject({ code, kind: 'usage' });
});

test('the bootloader of a guest from elsewhere is not run, whatever is allowed to it', async () => {
  const disks = [{ target: '/a.img', vdev: 'xvda', format: 'raw', access: 'rw', type: 'disk' }] as const;
  const none = { networks: [], framebuffers: [], channels: [], shares: [] };
  const config = { name: 'web1', type: 'pv', bootloader: '/bin/rm', disks, ...none } as const;
  await requireStartable(config);
  const all = {
    ...{ kernels: ['/'], disks: ['/'], bridges: [], scripts: [], backends: [], requireKernels: true },
    ...{ folders: [], listen: [] },
  };
  expect(await failure(requireStartable({ ...config, disks: [] }, all))).toMatchObject({
    code: 'DOMAIN_KERNEL_MISSING',
    message: expect.stringContaining('/bin/rm, which is not run here'),
  });
  expect(await failure(requireStartable({ ...config, disks: [] }))).toMatchObject({
    code: 'DOMAIN_BOOTLOADER_DISK',
  });
});

test.each([
  ['{', /JSON/],
  ['[]', /expected object/],
  ['{"kernels": "/boot"}', /expected array.*, → at kernels$/],
  ['{"kernels": ["boot"]}', /must be absolute, → at kernels\[0\]$/],
  ['{"kernels": ["boot/guests"]}', /must be absolute, → at kernels\[0\]$/],
  ['{"kernel": []}', /"kernel"$/],
  ['{"disks": ["dev"]}', /must be absolute, → at disks\[0\]$/],
  ['{"bridges": "xenbr0"}', /expected array.*, → at bridges$/],
  ['{"requireKernels": 1}', /expected boolean.*, → at requireKernels$/],
])('rules that cannot be understood allow nothing: %s', async (text, why) => {
  const path = join(root, 'etc/vm-tools/places.json');
  await writeFile(path, text);
  expect(await failure(readPlaceRules({ root }))).toMatchObject({
    code: 'DOMAIN_PLACES_FILE',
    kind: 'usage',
    message: expect.stringMatching(why),
    details: { path },
  });
});

test('an origin that cannot be understood is not the operator', () => {
  const origins: Origin[] = [
    { from: 'peer' },
    { from: 'peer', peer: 'a' },
    { from: 'image', kernels: ['/k'] },
    { from: 'image', disks: ['/d'], bridges: ['b'], scripts: ['s'], backends: ['c'] },
    { from: 'image', folders: ['/f'], listen: ['0.0.0.0'] },
  ];
  for (const origin of origins) expect(decodeOrigin(encodeOrigin(origin))).toEqual(origin);
  for (const text of ['', 'local', '{"from":"local"}', 'null'])
    expect(decodeOrigin(text)).toEqual({ from: 'peer' });
});

describe('the configuration of an image', () => {
  const config = {
    c_info: { uuid: 'u', name: 'web1' },
    b_info: { kernel: '/k', ramdisk: '/r' },
    disks: [{ vdev: 'xvda', pdev_path: '/d' }],
    nics: [{ bridge: 'br0', script: '/s' }],
  };

  it('is known again by the host that has made it, as long as what counts is as it was', async () => {
    const sealed = await seal({ root }, JSON.stringify(config));
    expect(await isSealedHere({ root }, `${sealed}\0`)).toBe(true);
    expect(await isSealedHere({ root }, sealed.replace('web1', 'web2'))).toBe(true);
    for (const [from, to] of [
      ['"u"', '"v"'],
      ['"/k"', '"/etc/shadow"'],
      ['"/r"', '"/etc/shadow"'],
      ['"/d"', '"/etc/shadow"'],
      ['"br0"', '"br1"'],
      ['"/s"', '"/etc/shadow"'],
    ] as const)
      expect(await isSealedHere({ root }, sealed.replace(from, to))).toBe(false);
    expect(await isSealedHere({ root }, sealed.replace('{', '{\0'))).toBe(false);
    await rm(join(root, 'var/lib/vm-tools/image.key'));
    expect(await isSealedHere({ root }, sealed)).toBe(false);
  });

  it('has its bootloader among what counts', async () => {
    const build = { ...config.b_info, bootloader: 'pygrub', bootloader_args: ['-q'] };
    const sealed = await seal({ root }, JSON.stringify({ ...config, b_info: build }));
    expect(await isSealedHere({ root }, sealed)).toBe(true);
    for (const [from, to] of [
      ['"pygrub"', '"/bin/sh"'],
      ['"-q"', '"-c"'],
      ['"bootloader"', '"other"'],
    ] as const)
      expect(await isSealedHere({ root }, sealed.replace(from, to))).toBe(false);
    const without = await seal({ root }, JSON.stringify(config));
    const added = without.replace('"b_info": {', '"b_info": { "bootloader": "/bin/sh",');
    expect(await isSealedHere({ root }, without)).toBe(true);
    expect(await isSealedHere({ root }, added)).toBe(false);
  });

  it('is without its seal what it was', async () => {
    const sealed = await seal({ root }, JSON.stringify(config));
    expect(JSON.parse(withoutSeal(sealed))).toEqual(config);
    expect(JSON.parse(withoutSeal(`${sealed}\0`))).toEqual(config);
    const unsealed = `${JSON.stringify(config)}\0`;
    expect(withoutSeal(unsealed)).toBe(unsealed);
  });

  it('is sealed with one key, whole and for this host alone, also by those that make it at the same time', async () => {
    const sealed = await Promise.all(['{}', '{}', '{}'].map((text) => seal({ root }, text)));
    expect(new Set(sealed).size).toBe(1);
    expect(await isSealedHere({ root }, sealed[0]!)).toBe(true);
    const folder = join(root, 'var/lib/vm-tools');
    expect(await readdir(folder)).toEqual(['disks', 'image.key', 'kernels']);
    const { mode, size } = await stat(join(folder, 'image.key'));
    expect([mode & 0o777, size]).toEqual([0o600, 32]);
  });

  it('is sealed with no key in place of what somebody else has put there', async () => {
    const path = join(root, 'var/lib/vm-tools/image.key');
    await symlink('nowhere', path);
    await expect(seal({ root }, '{}')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readlink(path)).toBe('nowhere');
  });

  it('is neither sealed nor known while the key cannot be read', async () => {
    await mkdir(join(root, 'var/lib/vm-tools/image.key'));
    await expect(seal({ root }, '{}')).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(isSealedHere({ root }, '{"vm_tools":{"seal":"00"}}')).rejects.toMatchObject({
      code: 'EISDIR',
    });
  });

  it.each(['', '{', 'null', '[]', '{"vm_tools":{"seal":"00"}}', '{"vm_tools":{"seal":7}}'])(
    'is not this host’s without a seal: %s',
    async (text) => {
      await seal({ root }, JSON.stringify(config)); // so that there is a key
      expect(await isSealedHere({ root }, text)).toBe(false);
    },
  );
});
