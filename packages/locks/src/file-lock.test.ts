import { beforeEach, describe, expect, test } from '@jest/globals';
import { loadLibc } from '@vm-tools/libc';
import { holdingProcess } from '@vm-tools/libc/testing';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOpen } from './testing/is-open.ts';
import { lock, tryLock } from './file-lock.ts';
import { holderNow } from './holder.ts';
import { readHolder } from './read-holder.ts';

let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'vm-tools-locks-')), 'web1.lock');
});

const holder = holderNow('vm-pause');

describe('tryLock', () => {
  test.each([
    ['of the one that was opened', () => undefined],
    ['of it, and another one has come', () => writeFileSync(path, 'of the next')],
  ])('takes the file that stands there now, when its holder has let go %s', async (_what, next) => {
    const libc = await loadLibc();
    const { flock } = libc;
    let calls = 0;
    const meanwhile: typeof flock = (fd, how) => {
      calls += 1;
      if (calls === 1) {
        unlinkSync(path); // as a holder does that lets go
        next();
      }
      return flock(fd, how);
    };
    Object.assign(libc, { flock: meanwhile });
    try {
      const held = await tryLock(path);
      expect([calls, existsSync(path)]).toEqual([2, true]);
      expect(await tryLock(path)).toBeUndefined();
      await held?.[Symbol.asyncDispose]();
    } finally {
      Object.assign(libc, { flock });
    }
  });

  test('has one owner, who is named, and leaves nothing behind', async () => {
    {
      await using held = await tryLock(path, { holder });
      expect(held?.path).toBe(path);
      expect(await tryLock(path, { holder: holderNow('vm-save') })).toBeUndefined();
      expect(await readHolder(path)).toEqual(holder);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
    expect(existsSync(path)).toBe(false);
    await using again = await tryLock(path);
    expect(again).toBeDefined();
  });

  test('writes nothing into the file of another program', async () => {
    await using _held = await tryLock(path);
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test('is let go once, however often it is disposed of', async () => {
    const first = await tryLock(path);
    await first?.[Symbol.asyncDispose]();
    await using _second = await tryLock(path);
    await first?.[Symbol.asyncDispose]();
    expect(await tryLock(path)).toBeUndefined();
  });

  test('keeps no file open when it is taken already, nor once it is let go', async () => {
    const held = await tryLock(path);
    expect(isOpen(path)).toBe(true);
    await held?.[Symbol.asyncDispose]();
    expect(isOpen(path)).toBe(false);
    await using _other = await holdingProcess(join(import.meta.dirname, 'testing/hold.ts'), path);
    expect(await tryLock(path)).toBeUndefined();
    expect(isOpen(path)).toBe(false);
  });

  test('is released when its holder is killed, whose name stays until the next one', async () => {
    const other = await holdingProcess(join(import.meta.dirname, 'testing/hold.ts'), path);
    expect(other.said).toBe('held');
    expect(await tryLock(path, { holder })).toBeUndefined();
    expect(await readHolder(path)).toMatchObject({ command: 'vm-save', pid: other.pid });
    await other.kill();
    expect(await readHolder(path)).toMatchObject({ pid: other.pid });
    await using held = await tryLock(path, { holder });
    expect(held).toBeDefined();
    expect(await readHolder(path)).toEqual(holder);
  });

  test('names its holder where a longer name stood', async () => {
    writeFileSync(path, `${JSON.stringify({ ...holder, command: 'x'.repeat(200) })}\n`);
    await using _held = await tryLock(path, { holder });
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(holder)}\n`);
  });

  test('is let go when its file is gone, and says why when something else stands there', async () => {
    const first = await tryLock(path);
    unlinkSync(path);
    await first?.[Symbol.asyncDispose]();
    const second = await tryLock(path);
    unlinkSync(path);
    mkdirSync(path);
    await expect(second?.[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'LOCK_FAILED' });
  });

  test('locks the file that is at the path, not one that was unlinked meanwhile', async () => {
    const { flock } = await loadLibc();
    // A holder that has died after it had unlinked its file: its lock keeps no other out.
    const gone = openSync(path, 'w');
    flock(gone, 'exclusive');
    unlinkSync(path);
    {
      await using held = await tryLock(path);
      expect(held).toBeDefined();
    }
    closeSync(gone);
  });

  test('leaves alone what stands in its place', async () => {
    const target = `${path}.target`;
    writeFileSync(target, 'precious');
    symlinkSync(target, path);
    await expect(tryLock(path, { holder })).rejects.toMatchObject({
      code: 'LOCK_FAILED',
      details: { errno: 'ELOOP' },
    });
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  test('says why it cannot', async () => {
    await expect(tryLock(`${path}/below/it`)).rejects.toMatchObject({
      code: 'LOCK_FAILED',
      message: expect.stringContaining('ENOENT'),
    });
  });
});

describe('lock', () => {
  test('waits for its holder', async () => {
    const first = await tryLock(path, { holder });
    const waiting = lock(path, { timeoutMs: 600_000 });
    await first?.[Symbol.asyncDispose]();
    await using second = await waiting;
    expect(second.path).toBe(path);
  });

  test('not for ever, and says who has it', async () => {
    await using _first = await tryLock(path, { holder });
    await expect(lock(path, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'LOCK_TIMEOUT',
      kind: 'timeout',
      message: expect.stringMatching(/vm-pause \(pid \d+\) has held it since \d\d:\d\d:\d\d/),
      details: { holder },
    });
  });

  test('not beyond an abort', async () => {
    await using _first = await tryLock(path, { holder });
    const stop = new AbortController();
    const waiting = lock(path, { timeoutMs: 600_000, signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted' });
  });
});
