import { beforeAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, writeSync } from 'node:fs';
import koffi from 'koffi';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLibc, type Libc } from './load-libc.ts';
import { posixLock } from './testing/index.ts';

let libc: Libc;
let path: string;

beforeAll(async () => {
  libc = await loadLibc();
  path = join(mkdtempSync(join(tmpdir(), 'vm-tools-libc-')), 'file');
});

/** Opens the file for as long as it is used. */
function opened(): Disposable & { readonly fd: number } {
  const fd = openSync(path, 'a');
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

test('flock has one owner, who may give it back', () => {
  using first = opened();
  using second = opened();
  expect(libc.flock(first.fd, 'exclusive')).toBe(true);
  expect(libc.flock(second.fd, 'exclusive')).toBe(false);
  libc.flock(first.fd, 'unlock');
  expect(libc.flock(second.fd, 'exclusive')).toBe(true);
});

test('a process whose file writes are forbidden can write to a pipe alone', () => {
  const script = `
    process.on('SIGXFSZ', () => undefined);
    import(${JSON.stringify(import.meta.resolve('./load-libc.ts'))}).then(async ({ loadLibc }) => {
      (await loadLibc()).forbidFileWrites(process.pid);
      try { require('fs').writeFileSync(process.argv[1], 'x'); } catch (error) { console.log(error.code); }
    });`;
  const { stdout } = spawnSync(process.execPath, ['-e', script, path], { encoding: 'utf8' });
  expect(stdout).toBe('EFBIG\n');
});

test('a record lock has one owner in a process, too, and is not lost when another description is closed', () => {
  using first = opened();
  expect(libc.lockRecord(first.fd)).toBe(true);
  {
    using second = opened();
    expect(libc.lockRecord(second.fd)).toBe(false);
    expect(libc.recordLockOwner(second.fd)).toEqual({ pid: undefined });
  }
  using third = opened();
  expect(libc.lockRecord(third.fd)).toBe(false);
});

test('a record lock keeps out a POSIX lock of another process', async () => {
  using ours = opened();
  expect(libc.lockRecord(ours.fd)).toBe(true);
  await using other = await posixLock(path);
  expect(other.said).toBe('refused');
});

test('and is kept out by one, until its process ends', async () => {
  using ours = opened();
  await using other = await posixLock(path);
  expect(other.said).toBe('held');
  expect(libc.lockRecord(ours.fd)).toBe(false);
  expect(libc.recordLockOwner(ours.fd)).toEqual({ pid: other.pid });
  await other.kill();
  expect(libc.recordLockOwner(ours.fd)).toBeUndefined();
  expect(libc.lockRecord(ours.fd)).toBe(true);
});

test('what the system refuses is an error with its code', () => {
  expect(() => libc.flock(-1, 'exclusive')).toThrow(
    expect.objectContaining({ code: 'EBADF', syscall: 'flock' }),
  );
  expect(() => libc.lockRecord(-1)).toThrow(expect.objectContaining({ code: 'EBADF', syscall: 'fcntl' }));
  expect(() => libc.recordLockOwner(-1)).toThrow(expect.objectContaining({ code: 'EBADF' }));
});

test('what is open is no longer inherited when that is said', () => {
  using ours = opened();
  const dup = koffi.load(null).func('dup', 'int', ['int']) as (fd: number) => number;
  const shared = dup(ours.fd); // unlike what node opens, a child would have it
  const isInherited = (): boolean => {
    const { stdout } = spawnSync('ls', ['/proc/self/fd'], { encoding: 'utf8' });
    return stdout.split('\n').includes(`${shared}`);
  };
  expect(isInherited()).toBe(true);
  libc.closeOnExec();
  expect(isInherited()).toBe(false);
  closeSync(shared);
});

test('a pipe is hung up when its last reader is gone, and not before', () => {
  const fifo = `${path}.fifo`;
  spawnSync('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(fifo, constants.O_WRONLY);
  expect(libc.isHungUp(writer)).toBe(false);
  closeSync(reader);
  expect(libc.isHungUp(writer)).toBe(true);
  closeSync(writer);
});

test('a pipe has room for more when that is allowed; what is no pipe never', () => {
  const fifo = `${path}.wide`;
  spawnSync('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  expect(libc.growPipe(writer, 2 ** 20)).toBe(true);
  expect(writeSync(writer, Buffer.alloc(2 ** 20))).toBe(2 ** 20);
  closeSync(reader);
  closeSync(writer);
  using file = opened();
  expect(libc.growPipe(file.fd, 2 ** 20)).toBe(false);
});
