import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fillFile } from './fill-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fill-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const MIB = 2 ** 20;

test('it is filled in any order, and has holes and its length', async () => {
  const path = join(folder, 'a');
  await fillFile(path, {}, async (file) => {
    await file.write(Buffer.alloc(MIB, 2), 8 * MIB);
    await file.write(Buffer.alloc(200_000, 1), 4096);
    await file.clear(8192, 150_000);
    return 16 * MIB;
  });
  const expected = Buffer.alloc(16 * MIB);
  expected.fill(1, 4096, 4096 + 200_000).fill(0, 8192, 8192 + 150_000);
  expected.fill(2, 8 * MIB, 9 * MIB);
  expect((await readFile(path)).equals(expected)).toBe(true);
  const { blocks, mode } = await stat(path);
  expect(mode & 0o777).toBe(0o600);
  expect(blocks * 512).toBeLessThan(3 * MIB);
});

test('what is not filled to its end leaves nothing', async () => {
  const refused = new Error('there is no such page');
  const failing = fillFile(join(folder, 'a'), {}, async (file) => {
    await file.write(Buffer.alloc(100), 0);
    throw refused;
  });
  await expect(failing).rejects.toBe(refused);
  const controller = new AbortController();
  const aborted = fillFile(join(folder, 'a'), { signal: controller.signal }, async (file) => {
    controller.abort();
    await file.write(Buffer.alloc(100), 0);
    return 100;
  });
  await expect(aborted).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(await readdir(folder)).toEqual([]);
});
