import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { connectTcp } from './tcp.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('a port without a listener: the error says so and what to do', async () => {
  const port = await freePort();
  const endpoint = { transport: 'tcp', host: '127.0.0.1', port } as const;
  await expect(connectTcp(endpoint, { connectMs: patient(30_000) })).rejects.toMatchObject({
    code: 'XFR_UNREACHABLE',
    kind: 'peer',
    message: expect.stringContaining('ECONNREFUSED'),
    hint: 'start xfrd on 127.0.0.1, or give the port that it listens on',
    details: { errno: 'ECONNREFUSED', port },
  });
});

test('an abort ends it, before and while connecting', async () => {
  const endpoint = { transport: 'tcp', host: '127.0.0.1', port: await freePort() } as const;
  const abort = new AbortController();
  const connecting = connectTcp(endpoint, { connectMs: patient(30_000), signal: abort.signal });
  abort.abort();
  await expect(connecting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  await expect(
    connectTcp(endpoint, { connectMs: patient(30_000), signal: abort.signal }),
  ).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
});

test('a host that does not answer is given up in time', async () => {
  const endpoint = { transport: 'tcp', host: 'b.example', port: 8002 } as const;
  const never = (): void => undefined;
  await expect(connectTcp(endpoint, { connectMs: 20, lookup: never })).rejects.toMatchObject({
    code: 'XFR_UNREACHABLE',
    kind: 'peer',
    message: 'cannot connect to b.example:8002: no answer in 20 ms',
  });
});
