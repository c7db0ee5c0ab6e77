import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { fileJournals, memoryJournals } from '../open-journals.ts';
import { hostId } from './host-id.ts';

test('all who share journals call their host the same, also when they ask first at the same moment', async () => {
  const root = await mkdtemp(join(tmpdir(), 'xfr-host-'));
  const [a, b] = [join(root, 'a'), join(root, 'b')];
  const asked = Array.from({ length: 10 }, async () => fileJournals(a).hostId?.({ isMade: true }));
  const ids = await Promise.all(asked);
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(await fileJournals(a).hostId?.()).toBe(ids[0]);
  expect(await fileJournals(b).hostId?.()).toBeUndefined();
  expect(await readdir(root)).toEqual(['a']);
  expect(await fileJournals(b).hostId?.({ isMade: true })).not.toBe(ids[0]);
  expect(await readdir(a)).toEqual(['host']);
  expect((await stat(join(a, 'host'))).mode & 0o777).toBe(0o600);
  await rm(root, { recursive: true });
});

test('it is made for who receives alone, and is another one after each start of the host', async () => {
  const root = await mkdtemp(join(tmpdir(), 'xfr-host-'));
  expect(await hostId(root)).toBeUndefined();
  expect(await readdir(root)).toEqual([]);
  const id = await hostId(root, { isMade: true });
  const [written, start] = await Promise.all(
    [join(root, 'host'), '/proc/sys/kernel/random/boot_id'].map((path) => readFile(path, 'utf8')),
  );
  expect(id).toBe(createHash('sha256').update(`${written} ${start}`).digest('hex').slice(0, 32));
  await rm(root, { recursive: true });
});

test('the id of another process, made in the same moment, stays', async () => {
  const root = await mkdtemp(join(tmpdir(), 'xfr-host-'));
  await symlink('nowhere', join(root, 'host'));
  await expect(hostId(root, { isMade: true })).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readlink(join(root, 'host'))).toBe('nowhere');
  await rm(root, { recursive: true });
});

test('a number that cannot be read is none, and says so to who asks for it alone', async () => {
  const root = await mkdtemp(join(tmpdir(), 'xfr-host-'));
  await mkdir(join(root, 'host'));
  await expect(hostId(root)).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await fileJournals(root).hostId?.()).toBeUndefined();
  await rm(root, { recursive: true });
});

test('journals in memory cannot tell', async () => {
  expect(await memoryJournals().hostId?.()).toBeUndefined();
});
