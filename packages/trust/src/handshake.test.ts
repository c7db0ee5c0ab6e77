import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { trustPeer } from './peers/peers.ts';
import { createTestAuthority } from './testing/test-authority.ts';
import { createTestHost, type TestHost } from './testing/test-host.ts';

const DAY_MS = 86_400_000;

let a: TestHost;
let b: TestHost;
beforeAll(async () => {
  [a, b] = await Promise.all([createTestHost('a'), createTestHost('b')]);
  await a.trusts(b);
  await b.trusts(a);
});
afterAll(() => Promise.all([a, b].map((host) => host[Symbol.asyncDispose]())));

const RULES = { minVersion: 'TLSv1.3', rejectUnauthorized: false } as const;

const parameters = ({ trust }: TestHost) => ({
  ...RULES,
  ...trust.credentials,
  ca: [...trust.credentials.ca],
});

/** The peer's name on this host, or the code of the error. */
function judge({ trust }: TestHost, socket: TLSSocket, host?: string): Promise<string> {
  const certificate = socket.getPeerX509Certificate();
  const chainError = socket.authorized ? undefined : String(socket.authorizationError);
  return trust.checkPeer({ certificate, chainError, host, address: 'peer' }).catch((thrown: unknown) => {
    return (thrown as { code: string }).code;
  });
}

/**
 * One connection over loopback, as node and OpenSSL make it.
 * @returns what the caller thinks of the listener, and the listener of the caller
 */
async function shakeHands(caller: TestHost | undefined, listener: TestHost): Promise<(string | undefined)[]> {
  const server = createServer({ ...parameters(listener), requestCert: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const options = caller === undefined ? RULES : parameters(caller);
  const socket = connect({
    ...options,
    host: '127.0.0.1',
    port,
    checkServerIdentity: (): undefined => undefined,
  });
  const [[accepted]] = await Promise.all([
    once(server, 'secureConnection') as Promise<[TLSSocket]>,
    once(socket, 'secureConnect'),
  ]);
  const judgements = await Promise.all([
    caller === undefined ? undefined : judge(caller, socket, '127.0.0.1'),
    judge(listener, accepted),
  ]);
  socket.destroy();
  accepted.destroy();
  server.close();
  await once(server, 'close');
  return judgements;
}

test('two that know each other', async () => {
  expect(await shakeHands(a, b)).toEqual(['b', 'a']);
});

test('a caller that shows nothing', async () => {
  expect(await shakeHands(undefined, b)).toEqual([undefined, 'XFR_PEER_NO_CERTIFICATE']);
});

test('two that know nothing of each other', async () => {
  await using c = await createTestHost('c');
  await using d = await createTestHost('d');
  expect(await shakeHands(c, d)).toEqual(['XFR_PEER_UNKNOWN', 'XFR_PEER_UNKNOWN']);
});

test('another key under a known name, and at a known address', async () => {
  await using other = await createTestHost('a');
  await other.trusts(b);
  expect(await shakeHands(other, b)).toEqual(['b', 'XFR_PEER_KEY_CHANGED']);
  expect(await shakeHands(b, other)).toEqual(['XFR_PEER_KEY_CHANGED', 'b']);
});

test('a caller and a listener whose certificate is out of time', async () => {
  await using late = await createTestHost('late', { validDays: 1, now: () => Date.now() - 9 * DAY_MS });
  await b.trusts(late, { hosts: [] });
  const [, caller] = await shakeHands(late, b);
  const [listener] = await shakeHands(b, late);
  expect([caller, listener]).toEqual(['XFR_PEER_EXPIRED', 'XFR_PEER_EXPIRED']);
});

test('a renewed certificate needs no new trust', async () => {
  await using renewed = await createTestHost('renewed');
  await b.trusts(renewed, { hosts: [] });
  await createTestAuthority().certify(renewed, 'renewed');
  expect((await shakeHands(renewed, b))[1]).toBe('renewed');
});

test('authorities will do instead of fingerprints; foreign ones will not, nor an old certificate', async () => {
  const authority = createTestAuthority();
  const past = (): number => Date.now() - 5 * DAY_MS;
  await using c = await createTestHost('c', { now: past });
  await using d = await createTestHost('d');
  await authority.certify(c);
  await authority.certify(d);
  await trustPeer(c.folder, 'dora', { certificateName: 'd', hosts: ['127.0.0.1'] });
  await trustPeer(d.folder, 'carl', { certificateName: 'c' });
  expect(await shakeHands(c, d)).toEqual(['dora', 'carl']);

  await authority.certify(c, 'c', new Date(Date.now() - DAY_MS));
  expect((await shakeHands(c, d))[1]).toBe('XFR_PEER_EXPIRED');
  await createTestAuthority().certify(c);
  expect((await shakeHands(c, d))[1]).toBe('XFR_PEER_UNKNOWN');
});
