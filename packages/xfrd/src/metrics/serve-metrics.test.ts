import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, type NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { freePort } from '@vm-tools/cli/testing';
import { serveMetrics } from './serve-metrics.ts';

const METRICS = { onEvent: () => undefined, text: () => 'figures\n', contentType: 'text/plain' };

/** The status of the answer to a request under that name. */
async function asked(at: NetConnectOpts, host: string): Promise<number> {
  const socket = connect(at);
  await once(socket, 'connect');
  socket.write(`GET /metrics HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(await text(socket))?.[1]);
}

test('a port of this host answers callers that use its address, and no foreign page', async () => {
  const at = { host: '127.0.0.1', port: await freePort() };
  await using _ = await serveMetrics(METRICS, at);
  for (const host of [`127.0.0.1:${at.port}`, 'localhost', '[::1]:9'])
    expect(await asked(at, host)).toBe(200);
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example'])
    expect(await asked(at, host)).toBe(421);
});

test('a socket is for its owner alone, by whatever name it is called', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'metrics-'));
  try {
    const path = join(folder, 'run/m.sock');
    await using _ = await serveMetrics(METRICS, { path });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'run'))).mode & 0o777).toBe(0o700);
    expect(await asked({ path }, 'anything')).toBe(200);
  } finally {
    await rm(folder, { recursive: true });
  }
});
