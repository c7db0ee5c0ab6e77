import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, type NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { freePort } from '@vm-tools/cli/testing';
import { VmToolsError } from '@vm-tools/errors';
import { serveMetrics } from './serve-metrics.ts';

const METRICS = { text: () => 'figures\n', contentType: 'text/plain' };

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

test('what cannot be looked at is told, and the next reader is answered again', async () => {
  let fails = true;
  const text = (): Promise<string> =>
    fails ? Promise.reject(new VmToolsError({ code: 'XEN_LOST', message: 'gone' })) : Promise.resolve('1\n');
  const at = { host: '127.0.0.1', port: await freePort() };
  await using _ = await serveMetrics({ text, contentType: 'text/plain' }, at);
  const asking = await fetch(`http://127.0.0.1:${at.port}/metrics`);
  expect([asking.status, await asking.text()]).toEqual([503, 'gone [XEN_LOST]\n']);
  fails = false;
  expect((await fetch(`http://127.0.0.1:${at.port}/metrics`)).status).toBe(200);
});
