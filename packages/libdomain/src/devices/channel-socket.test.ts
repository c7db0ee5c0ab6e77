import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Host } from '../host.ts';
import { requireSocketFree } from './channel-socket.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'socket-'));
});
afterEach(() => rm(root, { recursive: true }));

const look = (path: string | undefined, more: { readonly backend?: string } = {}): Promise<void> => {
  const at = path === undefined ? { connection: 'pty' as const } : { connection: 'socket' as const, path };
  return requireSocketFree({ root } as Host, { name: 'agent', ...at, ...more });
};

test('a path at which nothing is, or what a killed qemu has left, is free', async () => {
  await look('/agent');
  await look(join(root, 'agent')); // the same one
  const child = spawn(process.execPath, ['-e', SERVER, join(root, 'agent')], { stdio: 'pipe' });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await look('/agent');
});

const SERVER = "require('net').createServer().listen(process.argv[1], () => console.log('listens'))";

test('a path at which a process listens, or where a file is, or no folder, is none for a channel', async () => {
  const server = createServer((socket) => socket.destroy()).listen(join(root, 'agent'));
  await once(server, 'listening');
  await writeFile(join(root, 'file'), 'kept');
  const places = [
    ['/agent', 'another process listens there', /end that process/],
    ['/file', 'what is there is no socket', /move it away/],
    ['/none/agent', 'its folder is not there', /^create it: mkdir -p \/none$/],
    ['/file/agent', 'its folder is not there', /mkdir -p \/file/],
  ] as const;
  for (const [path, why, hint] of places)
    await expect(look(path)).rejects.toMatchObject({
      code: 'DOMAIN_CHANNEL_PATH',
      kind: 'usage',
      message: `the channel agent cannot have its socket at ${path}: ${why}`,
      hint: expect.stringMatching(hint),
      details: { path },
    });
  server.close();
});

test('a terminal has none, and that of a driver domain is not on this host', async () => {
  await look(undefined);
  await look('/none/agent', { backend: 'files' });
});
