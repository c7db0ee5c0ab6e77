import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Host } from '../host.ts';
import { removeSocket } from './remove-socket.ts';

const SERVER = "require('net').createServer().listen(process.argv[1], () => console.log('listens'))";

const channelOf = (backendDomid: number): Parameters<typeof removeSocket>[1] => ({
  ...{ kind: 'console', id: '1', frontend: '/local/domain/7/device/console/1' },
  backend: `/local/domain/${backendDomid}/backend/console/7/1`,
  toolstack: '/libxl/7/device/console/1',
});

test('the socket of a qemu that was killed goes, and one at which a process listens stays', async () => {
  const root = await mkdtemp(join(tmpdir(), 'socket-'));
  const path = join(root, 'agent');
  const server = spawn(process.execPath, ['-e', SERVER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server.stdout, 'data');
  const host = { root, store: { read: () => Promise.resolve('/agent') } } as unknown as Host;
  await removeSocket(host, channelOf(0));
  await access(path);
  server.kill('SIGKILL');
  await once(server, 'exit');
  await removeSocket(host, channelOf(3)); // of a driver domain: it is not on this host
  await access(path);
  await removeSocket(host, channelOf(0));
  await expect(access(path)).rejects.toMatchObject({ code: 'ENOENT' });
  await removeSocket(host, channelOf(0));
  await rm(root, { recursive: true });
});
