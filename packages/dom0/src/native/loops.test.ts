import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { detachLoop, listLoops, lookAtLoop, type LoopFolders } from './loops.ts';

let root: string;
let folders: LoopFolders;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'loops-'));
  folders = { sys: join(root, 'sys'), dev: join(root, 'dev') };
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** As the kernel tells of it. */
async function loop(name: string, attributes: Readonly<Record<string, string>>): Promise<void> {
  const plain = { 'loop/offset': '0', 'loop/sizelimit': '0', 'loop/autoclear': '0', 'loop/partscan': '0' };
  for (const [attribute, value] of Object.entries({ ...plain, ...attributes }))
    await write(join(folders.sys, name, attribute), `${value}\n`);
  await write(join(folders.dev, name), '');
}

test('those that have a file are told of, and how they were set up', async () => {
  await loop('loop0', { diskseq: '7', 'loop/backing_file': '/srv/a.raw' });
  await loop('loop1', { 'loop/backing_file': '/srv/b.raw (deleted)', 'loop/offset': '512' });
  await write(join(folders.sys, 'loop2/diskseq'), '3\n'); // the kernel keeps it in store
  await write(join(folders.sys, 'sda/diskseq'), '1\n');
  const usual = { isPlain: true, isInUse: false };
  expect(await listLoops(folders)).toEqual([
    { path: join(folders.dev, 'loop0'), file: '/srv/a.raw', sequence: '7', ...usual },
    {
      path: join(folders.dev, 'loop1'),
      file: '/srv/b.raw (deleted)',
      sequence: '',
      ...usual,
      isPlain: false,
    },
  ]);
  const at = (name: string): ReturnType<typeof lookAtLoop> => lookAtLoop(join(folders.dev, name), folders);
  expect(await at('loop0')).toMatchObject({ file: '/srv/a.raw', sequence: '7' });
  for (const name of ['loop2', 'loop3', 'sda', '../loop0', 'x/loop0']) expect(await at(name)).toBeUndefined();
  await rm(join(folders.dev, 'loop0'));
  expect(await listLoops(folders)).toContainEqual(expect.objectContaining({ sequence: '7', isInUse: true }));
});

test('a machine that has none tells of none', async () => {
  expect(await listLoops(folders)).toEqual([]);
});

test('one is taken away by losetup, unless it is another one by now, or in use', async () => {
  await loop('loop0', { diskseq: '7', 'loop/backing_file': '/srv/a.raw' });
  const said = join(root, 'said');
  const losetup = join(root, 'bin/losetup');
  await write(
    losetup,
    `#!/bin/sh\necho "$@" >> ${said}\n[ ! -e ${root}/busy ] || { echo "busy" >&2; exit 1; }\n`,
  );
  await chmod(losetup, 0o700);
  const bin = { ...folders, programs: dirname(losetup) };
  const device = join(folders.dev, 'loop0');
  await detachLoop({ path: device, sequence: '6' }, bin);
  await detachLoop({ path: join(folders.dev, 'loop5'), sequence: '7' }, bin);
  await expect(readFile(said, 'utf8')).rejects.toThrow('ENOENT');
  await detachLoop({ path: device, sequence: '7' }, bin);
  expect(await readFile(said, 'utf8')).toBe(`-d ${device}\n`);
  await writeFile(join(root, 'busy'), '');
  const stays = { code: 'DOM0_LOOP_STAYS', hint: expect.stringContaining('losetup') };
  await expect(detachLoop({ path: device, sequence: '7' }, bin)).rejects.toMatchObject({
    ...stays,
    message: `the loop device ${device} cannot be taken away: busy`,
  });
  await rm(device);
  await expect(detachLoop({ path: device, sequence: '7' }, bin)).rejects.toMatchObject(stays);
});
