import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connectXenstore } from './connect.ts';
import { MemoryXenstored } from './server/memory-xenstored.ts';

describe('connectXenstore', () => {
  let folder: string;
  let server: Server;
  const before = { ...process.env };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xenstore-'));
    const xenstored = new MemoryXenstored();
    server = createServer((socket) => xenstored.serve(socket));
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
  });
  afterEach(async () => {
    process.env = before;
    server.close();
    await rm(folder, { recursive: true });
  });

  test('speaks over a unix socket, and lets go of it', async () => {
    const store = await connectXenstore({ path: join(folder, 'socket') });
    await store.write('/a', 'hello');
    expect(await store.read('/a')).toBe('hello');
    await store.close();
    await new Promise((resolve) => server.close(resolve)); // it waits for connections that are still open
  });

  test('finds the socket by the environment that xenstored itself uses', async () => {
    process.env['XENSTORED_RUNDIR'] = folder;
    await (await connectXenstore()).close();
    process.env['XENSTORED_RUNDIR'] = '/nonexistent';
    process.env['XENSTORED_PATH'] = join(folder, 'socket');
    await (await connectXenstore()).close();
  });

  test('says where it has looked', async () => {
    const path = join(folder, 'nothing');
    await expect(connectXenstore({ path })).rejects.toMatchObject({
      code: 'XENSTORE_UNREACHABLE',
      kind: 'no-xen',
      hint: 'run this in dom0 of a Xen host where xenstored is running',
      details: { path, errno: 'ENOENT' },
    });
  });

  test('does not start when the signal has fired', async () => {
    const connecting = connectXenstore({ path: join(folder, 'socket'), signal: AbortSignal.abort() });
    await expect(connecting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
