import { expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleLog } from './console-log.ts';

test('keeps the order, and begins anew when it becomes too long', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sim-'));
  const path = join(folder, 'console/guest-web1.log');
  const log = new ConsoleLog(path);
  log.append('a');
  log.append('b');
  await log.close();
  expect(await readFile(path, 'utf8')).toBe('ab');
  for (const letter of 'cd') log.append(letter.repeat(2 ** 20));
  await log.close();
  expect(await readFile(`${path}.1`, 'utf8')).toMatch(/^abc+$/);
  expect(await readFile(path, 'utf8')).toMatch(/^d+$/);
  const next = new ConsoleLog(path);
  next.append('e');
  await next.close();
  expect(await readFile(path, 'utf8')).toMatch(/^d+e$/);
  await rm(folder, { recursive: true });
});

test('a folder that cannot be made is no problem', async () => {
  const log = new ConsoleLog('/dev/null/console.log');
  log.append('a');
  await log.close();
});
