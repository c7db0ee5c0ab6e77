import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { removeRunFolder } from './run-folder.ts';

test('what tests leave is ended and removed, and told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'run-folder-'));
  await writeFile(join(folder, 'socket'), '');
  const child = spawn('sleep', ['1000'], { env: { ...process.env, TMPDIR: folder }, stdio: 'ignore' });
  const ended = once(child, 'exit');
  await once(child, 'spawn');
  expect(await removeRunFolder(folder)).toEqual({
    processes: [`${child.pid} sleep 1000`],
    files: ['socket'],
  });
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(existsSync(folder)).toBe(false);
  expect(await removeRunFolder(folder)).toEqual({ processes: [], files: [] });
});
