import { expect, test } from '@jest/globals';
import { CrashDisk } from '../testing/crash-disk.ts';
import { diskStorage } from './storage/disk-storage.ts';

const FOLDER = '/var/lib/vm-tools/transfers';
const bytes = (text: string): Buffer => Buffer.from(text);

test('what a journal has taken outlives a crash: its first line, each one behind it, and what was cut off', async () => {
  const disk = new CrashDisk();
  const storage = diskStorage(FOLDER, disk);
  const file = await storage.create('a', bytes('one\n'));
  disk.crash();
  expect(String(await storage.read('a'))).toBe('one\n');
  const again = await storage.open('a', 4);
  await again.append(bytes('two\n'));
  disk.crash();
  expect(String(await storage.read('a'))).toBe('one\ntwo\n');
  await (await storage.open('a', 8)).truncate(4);
  disk.crash();
  expect(String(await storage.read('a'))).toBe('one\n');
  await storage.remove('a');
  disk.crash();
  expect(await storage.names()).toEqual([]);
  expect(file).toBeDefined();
});

test('the folder is there for good with the first journal, and so are those above it', async () => {
  const disk = new CrashDisk();
  await diskStorage(FOLDER, disk).create('a', bytes('one\n'));
  disk.crash();
  expect(await disk.readdir('/var/lib')).toEqual(['vm-tools']);
  expect(await diskStorage(FOLDER, disk).names()).toEqual(['a']);
});
