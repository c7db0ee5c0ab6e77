import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CrashDisk } from '../../testing/crash-disk.ts';
import type { Disk } from './disk.ts';
import { diskStorage } from './disk-storage.ts';
import { MemoryStorage } from './memory-storage.ts';
import type { JournalStorage } from './storage.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfr-storage-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string): Buffer => Buffer.from(text);

describe.each<[string, () => JournalStorage]>([
  ['memory', () => new MemoryStorage()],
  ['a folder', () => diskStorage(join(folder, 'transfers'))],
])('in %s', (_what, make) => {
  test('a file is made once, grows, is cut, and is gone when it is removed', async () => {
    const storage = make();
    expect([await storage.names(), await storage.read('a')]).toEqual([[], undefined]);
    const file = await storage.create('a', bytes('one\n'));
    await expect(storage.create('a', bytes('other\n'))).rejects.toMatchObject({
      ...{ code: 'EEXIST', message: expect.stringContaining('exists') },
    });
    await file.append(bytes('two\n'));
    expect(String(await storage.read('a'))).toBe('one\ntwo\n');
    await file.truncate(4);
    expect(String(await storage.read('a'))).toBe('one\n');
    await file.close();
    const again = await storage.open('a', 2);
    await again.append(bytes('!'));
    await again.close();
    expect(String(await storage.read('a'))).toBe('on!');
    await storage.remove('a');
    expect([await storage.names(), await storage.read('a')]).toEqual([[], undefined]);
    await storage.remove('a');
  });

  test('a lock has one holder at a time, and others are others', async () => {
    const storage = make();
    const held = await storage.lock('a');
    expect(await storage.lock('a')).toBeUndefined();
    await using _other = await storage.lock('b');
    await held?.[Symbol.asyncDispose]();
    await using again = await storage.lock('a');
    expect(again).toBeDefined();
  });
});

test('a folder says who holds a lock in it', async () => {
  const storage = diskStorage(folder);
  const { argv } = process;
  const holding = async (): Promise<string | undefined> => {
    await using _held = await storage.lock('a');
    expect(await readdir(join(folder, 'locks'))).toEqual(['a.lock']);
    return await storage.holder?.('a');
  };
  try {
    for (const [args, command] of [
      [['node', '/usr/bin/vm-save'], 'vm-save'],
      [['node', '/opt/xfrd.js'], 'xfrd'],
      [['node'], 'node'],
    ] as const) {
      process.argv = [...args];
      expect(await holding()).toContain(`${command} (pid ${process.pid}) has held it since`);
    }
  } finally {
    process.argv = argv;
  }
});

test('what is no folder of journals says so, and not that it is empty', async () => {
  const path = join(folder, 'file');
  await writeFile(path, '');
  const storage = diskStorage(path);
  await expect(storage.names()).rejects.toMatchObject({
    code: 'XFR_FILE_MISSING',
    message: expect.stringContaining(`cannot read ${path}: `),
  });
  await expect(storage.lock('a')).rejects.toMatchObject({ message: expect.stringContaining(path) });
  await mkdir(join(folder, 'a'));
  await expect(diskStorage(folder).read('a')).rejects.toMatchObject({ code: 'EISDIR' });
});

test('a lock that cannot be taken says why', async () => {
  await writeFile(join(folder, 'locks'), '');
  await expect(diskStorage(folder).lock('a')).rejects.toMatchObject({ code: 'LOCK_FAILED' });
  const storage = diskStorage(join(folder, 'locks', 'below'));
  await expect(storage.lock('a')).rejects.toMatchObject({
    code: 'XFR_FILE_MISSING',
    message: expect.stringContaining('cannot use '),
  });
});

test('the folder of journals is closed to others before anything is put into its locks', async () => {
  await mkdir(join(folder, 'locks'));
  await chmod(join(folder, 'locks'), 0o777);
  await using _held = await diskStorage(folder).lock('a');
  expect(await readdir(folder)).toEqual(['locks']);
});

describe('a disk that fails while a journal is made', () => {
  const FOLDER = '/transfers';

  /** Fails one call, and counts what stays open. */
  function failing(at: 'datasync' | 'sync'): { disk: Disk; open: Set<string>; heal: () => void } {
    const disk = new CrashDisk();
    const open = new Set<string>();
    let isSick = true;
    const wrapped: Disk = {
      mkdir: (path) => disk.mkdir(path),
      readdir: (path) => disk.readdir(path),
      async rm(path, options: { readonly force?: boolean }) {
        if (options.force !== true) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' }); // it has gone
        await disk.rm(path);
      },
      async open(path, flags) {
        const file = await disk.open(path, flags);
        open.add(path);
        const close = async (): Promise<void> => {
          open.delete(path);
          await file.close();
        };
        const sick = async (): Promise<void> => {
          throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
        };
        const isHit = isSick && (at === 'datasync' || path === FOLDER);
        return { ...file, close, [Symbol.asyncDispose]: close, ...(isHit && { [at]: sick }) };
      },
    };
    return { disk: wrapped, open, heal: () => (isSick = false) };
  }

  test.each(['datasync', 'sync'] as const)('at %s leaves no file, and none open', async (at) => {
    const { disk, open, heal } = failing(at);
    await disk.mkdir(FOLDER, { recursive: true, mode: 0o700 });
    const storage = diskStorage(FOLDER, disk);
    await expect(storage.create('a', bytes('one\n'))).rejects.toMatchObject({ code: 'EIO' });
    expect([await storage.names(), [...open]]).toEqual([[], []]);
    heal();
    const file = await storage.create('a', bytes('one\n'));
    expect([...open]).toEqual([join(FOLDER, 'a')]);
    await file.close();
    expect([...open]).toEqual([]);
  });
});
