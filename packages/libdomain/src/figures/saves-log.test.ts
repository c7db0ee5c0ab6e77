import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastSaves, noteSave } from './saves-log.ts';

let root: string;
const log = (): string => join(root, 'var/log/vm-tools/saves.log');
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'saves-'));
});
afterEach(() => rm(root, { recursive: true }));

test('the last save of each domain is known, also beside lines that tell nothing', async () => {
  expect(await lastSaves({ root })).toEqual(new Map());
  const begun = Math.floor(Date.now() / 1000);
  await noteSave({ root }, { uuid: 'u1', name: 'web1' }, '/backup/web1.img');
  expect((await stat(log())).mode & 0o777).toBe(0o600);
  await appendFile(log(), '{"at":"2001-02-03T04:05:06.000Z","uuid":"u2"}\nnull\n{"at":"x","uuid":"u3"}\n[1');
  const found = await lastSaves({ root });
  expect(found.get('u1')).toBeGreaterThanOrEqual(begun);
  expect([...found.keys()]).toEqual(['u1', 'u2']);
  expect(found.get('u2')).toBe(Date.UTC(2001, 1, 3, 4, 5, 6) / 1000);
});

test('of a log without end the last mebibyte is read', async () => {
  await noteSave({ root }, { uuid: 'first', name: 'a' }, '-');
  await appendFile(log(), `${'x'.repeat(1 << 20)}\n`);
  await noteSave({ root }, { uuid: 'last', name: 'b' }, '-');
  expect([...(await lastSaves({ root })).keys()]).toEqual(['last']);
});
