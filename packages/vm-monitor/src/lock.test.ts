import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isAnswered } from '@vm-tools/cli';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { takeLock } from './lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'monitor-'));
  path = join(folder, 'run/monitor.sock');
});
afterEach(() => rm(folder, { recursive: true }));

test('is held by one at a time and given back', async () => {
  {
    await using held = await takeLock(path);
    expect(held).toBeDefined();
    expect(await isAnswered(path)).toBe(true);
    expect(await takeLock(path)).toBeUndefined();
  }
  await expect(stat(path)).rejects.toThrow('ENOENT');
  await using again = await takeLock(path);
  expect(again).toBeDefined();
});

test('where no socket can be, it says so', async () => {
  const tooLong = join(folder, 'x'.repeat(120), 'monitor.sock');
  await expect(takeLock(tooLong)).rejects.toMatchObject({
    code: 'MONITOR_SOCKET',
    hint: expect.stringContaining('folder'),
  });
});

test('is taken over from a process that was killed', async () => {
  await mkdir(dirname(path));
  const source = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  expect(await takeLock(path)).toBeUndefined();
  child.kill('SIGKILL');
  await once(child, 'exit');
  await stat(path);
  await using taken = await takeLock(path);
  expect(taken).toBeDefined();
});
