import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { sendToPeer } from '../source/send.ts';
import { receiveFromPeer } from '../target/receive.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { FakeTarget } from '../testing/fake-target.ts';
import { connectUnix, unixConnection } from './unix.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfr-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a guest moves through a socket of this machine', async () => {
  const path = join(folder, 'socket');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const connection = await connectUnix({ path }, { connectMs: patient(30_000) });
  expect(connection).toMatchObject({ peer: `unix://${path}`, isConfidential: true });
  const [socket] = await accepted;
  const timeouts = { lingerMs: patient(5_000) };
  const [summary] = await Promise.all([
    sendToPeer(new FakeSource(), connection, { timeouts }),
    receiveFromPeer(unixConnection(socket, `unix://${path}`), () => new FakeTarget(), { timeouts }),
  ]);
  expect(summary).toMatchObject({ domid: 7, warnings: [] });
  server.close();
});

test('a path without a listener', async () => {
  const path = join(folder, 'nobody');
  await expect(connectUnix({ path }, { connectMs: patient(30_000) })).rejects.toMatchObject({
    code: 'XFR_UNREACHABLE',
    kind: 'peer',
    hint: `start xfrd with --listen unix://${path}`,
    details: { path, errno: 'ENOENT' },
  });
});

test('an abort ends it', async () => {
  const signal = AbortSignal.abort();
  await expect(connectUnix({ path: '/x' }, { connectMs: patient(30_000), signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
});
