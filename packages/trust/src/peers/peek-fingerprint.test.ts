import { once } from 'node:events';
import { createServer as createNetServer, type AddressInfo, type Server } from 'node:net';
import { createServer } from 'node:tls';
import { expect, test } from '@jest/globals';
import { createTestHost } from '../testing/test-host.ts';
import { peekFingerprint } from './peek-fingerprint.ts';

async function peek(server: Server, options?: Parameters<typeof peekFingerprint>[1]) {
  server.on('connection', (socket) => socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await peekFingerprint({ host: '127.0.0.1', port }, options);
  } finally {
    server.close();
    await once(server, 'close');
  }
}

test('shows who answers', async () => {
  await using host = await createTestHost('b');
  const { key, certificate: cert, fingerprint, validTo } = host.identity;
  expect(await peek(createServer({ key, cert }))).toEqual({ name: 'b', fingerprint, validTo });
});

test('something else answers', async () => {
  const server = createNetServer((socket) => socket.write('220 mail.example ESMTP\r\n'));
  await expect(peek(server)).rejects.toMatchObject({ code: 'XFR_PEEK', kind: 'peer' });
});

test('nothing is said', async () => {
  await expect(peek(createNetServer(), { limitMs: 50 })).rejects.toMatchObject({
    code: 'XFR_PEEK',
    message: expect.stringContaining('no answer in 50 ms'),
    cause: { code: 'XFR_LATE', kind: 'timeout' },
  });
});

test('a port without a listener', async () => {
  const server = createNetServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await expect(peekFingerprint({ host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'XFR_UNREACHABLE',
    details: { errno: 'ECONNREFUSED' },
  });
});

test('an abort ends it', async () => {
  const signal = AbortSignal.abort();
  await expect(peek(createNetServer(), { signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
