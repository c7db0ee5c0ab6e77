import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import type { TransferRecord } from '../journal/record.ts';
import { reconnectPeer } from './reconnect-peer.ts';

const noTls = () => Promise.reject(new Error('the identity was wanted'));
const { signal } = new AbortController();
const known = (role: 'source' | 'target', peer: string) =>
  ({ role, peer, guest: { name: 'web1' }, entries: [] }) as unknown as TransferRecord;

test('a target is called where it was, and the host of a source where it receives', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const transfer of [known('source', `tcp://127.0.0.1:${port}`), known('target', 'tcp://127.0.0.1:1')]) {
    const { stream } = await reconnectPeer({ tls: noTls, port })(transfer, signal);
    expect(stream).toMatchObject({ remotePort: port });
    stream.destroy();
  }
  server.close();
});

test('what was encrypted is not asked for in the clear', async () => {
  const asking = async () => reconnectPeer({ tls: noTls })(known('target', 'tls://127.0.0.1:4711'), signal);
  await expect(asking()).rejects.toThrow('the identity was wanted');
});

test('descriptors of a process that is gone lead nowhere', async () => {
  for (const role of ['source', 'target'] as const) {
    const asking = async () => reconnectPeer({ tls: noTls })(known(role, 'fd://0,1'), signal);
    await expect(asking()).rejects.toMatchObject({
      code: 'XFR_UNREACHABLE',
      hint: expect.stringContaining('--owner'),
    });
  }
});
