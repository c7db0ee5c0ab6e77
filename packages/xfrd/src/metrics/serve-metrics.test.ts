import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { serveMetrics } from './serve-metrics.ts';

const METRICS = { onEvent: () => undefined, text: () => 'x 1\n', contentType: 'text/plain; version=0.0.4' };
const ASK = 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n';

let folder: string;
let path: string;
let sockets: Socket[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metrics-'));
  path = join(folder, 'run/metrics.sock');
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await rm(folder, { recursive: true });
});

async function call(): Promise<Socket> {
  const socket = connect(path).on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function ask(words: string): Promise<string> {
  const socket = await call();
  socket.write(words);
  return text(socket);
}

test('the figures, and nothing else, on a socket of root', async () => {
  await using _served = await serveMetrics(METRICS, { path });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await ask(ASK)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*version=0\.0\.4\r\n[^]*x 1\n/);
  expect(await ask(ASK.replace('/metrics', '/'))).toMatch(/^HTTP\/1\.1 404 /);
  expect(await ask(ASK.replace('GET', 'PUT'))).toMatch(/^HTTP\/1\.1 404 /);
});

test('there are so many connections and no more; one of those that came before is answered', async () => {
  await using _served = await serveMetrics(METRICS, { path });
  const idle: Socket[] = [];
  for (let count = 0; count < 16; count += 1) idle.push(await call());
  expect(await text(await call())).toBe('');
  idle[0]!.write(ASK);
  expect(await text(idle[0]!)).toContain('x 1');
});
