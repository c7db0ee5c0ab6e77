import { beforeEach, expect, test } from '@jest/globals';
import { loadLibc } from '@vm-tools/libc';
import { posixLock } from '@vm-tools/libc/testing';
import { existsSync, mkdtempSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordLock } from './record-lock.ts';
import { isOpen } from './testing/is-open.ts';

let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'vm-tools-locks-')), 'xl');
});

test('has one owner in a process, too, and its file stays', async () => {
  {
    await using _held = await recordLock(path, { timeoutMs: 1 });
    await expect(recordLock(path, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'LOCK_TIMEOUT',
      kind: 'timeout',
      message: expect.stringContaining('another process holds it'),
    });
  }
  expect(existsSync(path)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(isOpen(path)).toBe(false);
  await using again = await recordLock(path, { timeoutMs: 1 });
  expect(again.path).toBe(path);
});

test('says which process keeps it out, and waits for it', async () => {
  const xl = await posixLock(path);
  await expect(recordLock(path, { timeoutMs: 1 })).rejects.toMatchObject({
    code: 'LOCK_TIMEOUT',
    message: expect.stringContaining(`the process ${xl.pid} holds it`),
    details: { pid: xl.pid },
  });
  expect(isOpen(path)).toBe(false);
  const waiting = recordLock(path, { timeoutMs: 600_000 });
  await xl.kill();
  await using held = await waiting;
  expect(held.path).toBe(path);
});

test('names no holder that has let go by the time of the question', async () => {
  await using _held = await recordLock(path, { timeoutMs: 1 });
  const libc = await loadLibc();
  const { recordLockOwner } = libc;
  Object.assign(libc, { recordLockOwner: () => undefined });
  try {
    await expect(recordLock(path, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'LOCK_TIMEOUT',
      message: expect.stringContaining('another process holds it'),
    });
  } finally {
    Object.assign(libc, { recordLockOwner });
  }
});

test('waits no longer than its caller', async () => {
  await using _held = await recordLock(path, { timeoutMs: 1 });
  const signal = AbortSignal.abort();
  await expect(recordLock(path, { timeoutMs: 600_000, signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
});

test('says why it cannot', async () => {
  await expect(recordLock(`${path}/below`, { timeoutMs: 1 })).rejects.toMatchObject({ code: 'LOCK_FAILED' });
});

test('follows no link', async () => {
  symlinkSync(`${path}.target`, path);
  await expect(recordLock(path, { timeoutMs: 1 })).rejects.toMatchObject({
    code: 'LOCK_FAILED',
    details: { path, errno: 'ELOOP' },
  });
  expect(existsSync(`${path}.target`)).toBe(false);
});
