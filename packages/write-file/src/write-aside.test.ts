import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeAside } from './write-aside.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'write-aside-'));
  path = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true }));

test.each(['nothing', 'file', 'folder'] as const)(
  'takes the place of an old one, synced: %s',
  async (synced) => {
    await writeFile(path, 'old', { mode: 0o644 });
    expect(await writeAside(path, 'new\0', { mode: 0o600, synced })).toBe(true);
    expect(await readFile(path, 'latin1')).toBe('new\0');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['file']);
  },
);

test('a new one does not replace one that is there', async () => {
  expect(await writeAside(path, 'first', { mode: 0o600, isNew: true })).toBe(true);
  expect(await writeAside(path, 'second', { mode: 0o600, isNew: true, synced: 'folder' })).toBe(false);
  expect(await readFile(path, 'utf8')).toBe('first');
  expect(await readdir(folder)).toEqual(['file']);
});

test('of many that write at the same time there is one whole', async () => {
  const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(1000));
  await Promise.all(texts.map((text) => writeAside(path, text, { mode: 0o600 })));
  expect(texts).toContain(await readFile(path, 'utf8'));
  expect(await readdir(folder)).toEqual(['file']);
});

test('what a killed writer has left aside is overwritten, where it has a name', async () => {
  const aside = `${path}.new`;
  await writeFile(aside, 'a longer one that was cut off');
  await writeAside(path, 'whole', { mode: 0o600, aside });
  expect(await readFile(path, 'utf8')).toBe('whole');
  expect(await readdir(folder)).toEqual(['file']);
});

test('folders are made when that is asked for', async () => {
  const deep = join(folder, 'a/b/file');
  await expect(writeAside(deep, '', { mode: 0o600 })).rejects.toMatchObject({ code: 'ENOENT' });
  await writeAside(deep, '', { mode: 0o600, folderMode: 0o700 });
  expect((await stat(join(folder, 'a/b'))).mode & 0o777).toBe(0o700);
});

test('when it cannot have its place, nothing is left', async () => {
  await mkdir(path);
  await expect(writeAside(path, 'text', { mode: 0o600 })).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await readdir(folder)).toEqual(['file']);
});
