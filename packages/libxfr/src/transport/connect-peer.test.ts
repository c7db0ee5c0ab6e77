import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { connectPeer } from './connect-peer.ts';
import { parsePeerAddress } from './peer-address.ts';

const noTls = () => Promise.reject(new Error('the identity was wanted'));

test('tcp only for those who say that they want it, and without any identity', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = parsePeerAddress(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await expect(connectPeer(address, { tls: noTls })).rejects.toMatchObject({
    code: 'XFR_INSECURE',
    kind: 'usage',
    hint: expect.stringContaining('--insecure'),
  });
  const { stream, isConfidential } = await connectPeer(address, { tls: noTls, insecure: true });
  expect(isConfidential).toBe(false);
  stream.destroy();
  server.close();
});

test('tls wants the identity before it calls a peer', async () => {
  const address = parsePeerAddress('127.0.0.1:1');
  await expect(connectPeer(address, { tls: noTls })).rejects.toThrow('the identity was wanted');
});

test.each([
  ['unix:///nowhere/at/all', 'XFR_UNREACHABLE'],
  ['fd://65000', 'XFR_DESCRIPTOR'],
])('%s goes its own way', async (text, code) => {
  await expect(connectPeer(parsePeerAddress(text), { tls: noTls })).rejects.toMatchObject({ code });
});
