import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { feedPath, openRunFolder } from './run-folder.ts';

const isRoot = process.getuid?.() === 0;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'run-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('no other user may look into the folder of the sockets, also when it was made for all', async () => {
  const folder = await openRunFolder(root);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  await chmod(folder, 0o755);
  await openRunFolder(root);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

(isRoot ? test : test.skip)(
  `a folder of another user is not used${isRoot ? '' : ' [skipped: it takes root]'}`,
  async () => {
    const folder = await openRunFolder(root);
    await chown(folder, 65534, 65534);
    await expect(openRunFolder(root)).rejects.toMatchObject({ code: 'XFRD_RUN_FOLDER', kind: 'usage' });
  },
);

test('a link that leads out of the root is not followed', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'));
  try {
    await mkdir(join(root, 'run'));
    await symlink(elsewhere, join(root, 'run/vm-tools'));
    await expect(openRunFolder(root)).rejects.toMatchObject({ code: 'XFRD_RUN_FOLDER', kind: 'usage' });
    await rm(join(root, 'run'), { recursive: true });
    await symlink(elsewhere, join(root, 'run'));
    await expect(feedPath(root)).rejects.toMatchObject({ code: 'XFRD_RUN_FOLDER' });
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});

test('what was to be a folder and is a file is no place for sockets', async () => {
  await mkdir(join(root, 'run'));
  await writeFile(join(root, 'run/vm-tools'), '');
  await expect(openRunFolder(root)).rejects.toMatchObject({ code: 'XFRD_RUN_FOLDER' });
});

test('what an xfrd that was killed has left goes, and that of one that runs stays', async () => {
  const folder = await openRunFolder(root);
  await writeFile(join(folder, 'feed-4194305.sock'), ''); // more than any number of a process
  await writeFile(join(folder, 'feed-1.sock'), '');
  expect(await feedPath(root, 7)).toBe(join(folder, 'feed-7.sock'));
  expect(await readdir(folder)).toEqual(['feed-1.sock']);
});
