import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import { DEFAULT_TIMEOUTS, listen, sendToPeer, type ListenEvent, type TlsOptions } from '@vm-tools/libxfr';
import { connectTls } from '@vm-tools/libxfr/transport';
import { FakeSource, FakeTarget } from '@vm-tools/libxfr/testing';
import { patient } from '@vm-tools/ratelimit/testing';
import { listPeers, peekFingerprint, trustPeer } from '@vm-tools/trust';
import { createTestAuthority, createTestHost, type TestHost } from '@vm-tools/trust/testing';

const TIMEOUTS = { ...DEFAULT_TIMEOUTS, handshakeMs: patient(30_000), lingerMs: patient(5_000) };
const CALLING = { connectMs: patient(30_000), handshakeMs: patient(30_000) };
const DAY_MS = 86_400_000;

let a: TestHost;
let b: TestHost;
let stranger: TestHost;
let late: TestHost;

beforeAll(async () => {
  const past = { validDays: 1, now: () => Date.now() - 10 * DAY_MS };
  [a, b, stranger, late] = await Promise.all([
    createTestHost('a'),
    createTestHost('b'),
    createTestHost('stranger'),
    createTestHost('late', past),
  ]);
  await a.trusts(b);
  await b.trusts(a);
  await b.trusts(late);
});
afterAll(async () => {
  for (const host of [a, b, stranger, late]) await host[Symbol.asyncDispose]();
});

/** Receives guests on loopback as `host`, with the parts of xfrd that are about trust. */
async function serve({ trust }: TestHost) {
  const events: ListenEvent[] = [];
  const targets: FakeTarget[] = [];
  const listener = await listen({
    port: 0,
    tls: trust,
    authorise: (who, offer) => trust.authorise(who, offer),
    timeouts: TIMEOUTS,
    onEvent: (event) => events.push(event),
    makeTarget: () => {
      const target = new FakeTarget();
      targets.push(target);
      return target;
    },
  });
  return {
    endpoint: { host: '127.0.0.1', port: listener.port },
    targets,
    /** Resolves when all connections have ended, with the names of peers and the codes of errors. */
    async ends(): Promise<(string | undefined)[]> {
      await listener.close();
      return events.flatMap((event) =>
        event.type === 'connected' ? [event.who] : event.type === 'failed' ? [event.error.code] : [],
      );
    },
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

async function send({ trust: tls }: { trust: TlsOptions }, endpoint: { host: string; port: number }) {
  const source = new FakeSource();
  const connection = await connectTls(endpoint, tls, CALLING);
  const result = await sendToPeer(source, connection, { timeouts: TIMEOUTS }).then(
    (summary) => ({ summary, error: undefined }),
    (thrown: unknown) => ({ summary: undefined, error: thrown as VmToolsError }),
  );
  return { source, connection, ...result };
}

describe('between two hosts that know each other', () => {
  test('a guest moves, each end knows the other, and there is nothing to warn of', async () => {
    await using server = await serve(b);
    const { summary, connection } = await send(a, server.endpoint);
    expect(summary).toMatchObject({ domid: 7, warnings: [] });
    expect(connection).toMatchObject({ who: 'b', isConfidential: true });
    expect(await server.ends()).toEqual(['a']);
    expect(server.targets[0]).toMatchObject({ state: 'running' });
  });

  test('authorities will do instead of fingerprints, in both directions', async () => {
    const authority = createTestAuthority();
    await using c = await createTestHost('c');
    await using d = await createTestHost('d');
    for (const host of [c, d]) await authority.certify(host);
    await trustPeer(c.folder, 'dora', { certificateName: 'd', hosts: ['127.0.0.1'] });
    await trustPeer(d.folder, 'carl', { certificateName: 'c' });
    await using server = await serve(d);
    expect((await send(c, server.endpoint)).connection.who).toBe('dora');

    // The same names from another authority.
    await createTestAuthority().certify(c);
    await trustPeer(c.folder, 'd', { fingerprint: d.identity.fingerprint, hosts: ['127.0.0.1'] });
    const { error } = await send(c, server.endpoint);
    expect(error).toMatchObject({ code: 'XFR_PEER_ABORTED', details: { remoteCode: 'XFR_PEER_UNKNOWN' } });
    expect(await server.ends()).toEqual(['carl', 'XFR_PEER_UNKNOWN']);
  });
});

describe('a listener', () => {
  test.each<[string, string, () => TestHost]>([
    ['is unknown', 'XFR_PEER_UNKNOWN', () => stranger],
    ['is out of time', 'XFR_PEER_EXPIRED', () => late],
  ])('tells a peer that %s why: %s', async (_what, code, who) => {
    await using server = await serve(b);
    const { credentials } = who().trust;
    const { error, source } = await send({ trust: { credentials, checkPeer: () => 'b' } }, server.endpoint);
    expect(error).toMatchObject({
      code: 'XFR_PEER_ABORTED',
      kind: 'peer',
      details: { remoteCode: code },
      guest: { state: 'still running on the source' },
      hint: expect.stringContaining('xfrd'),
    });
    expect(source.state).toBe('running');
    expect([await server.ends(), server.targets]).toEqual([[code], []]);
  });

  test('tells one with another key under a known name no more than any stranger, and its log which it is', async () => {
    await using server = await serve(b);
    await using other = await createTestHost('a');
    await other.trusts(b);
    const { error } = await send(other, server.endpoint);
    expect(error).toMatchObject({ details: { remoteCode: 'XFR_PEER_UNKNOWN' } });
    expect(JSON.stringify(error)).not.toContain(a.identity.fingerprint);
    expect(await server.ends()).toEqual(['XFR_PEER_KEY_CHANGED']);
  });

  test('gives back the place of a transfer that has ended', async () => {
    await using c = await createTestHost('c');
    await using d = await createTestHost('d');
    await c.trusts(d);
    await d.trusts(c, { maxConcurrent: 1 });
    await using server = await serve(d);
    for (let count = 0; count < 2; count += 1)
      expect((await send(c, server.endpoint)).summary).toMatchObject({ domid: 7 });
    await d.trusts(c, { maxConcurrent: 0 });
    const { error } = await send(c, server.endpoint);
    expect(error).toMatchObject({
      code: 'XFR_PEER_REJECTED',
      details: { remoteCode: 'XFR_PEER_NOT_ALLOWED' },
    });
    expect(server.targets).toHaveLength(2);
  });
});

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

describe('a caller', () => {
  async function calling(from: TestHost, server: Server): Promise<VmToolsError> {
    server.on('connection', (socket: Socket) => socket.on('error', () => undefined).resume());
    await listening(server);
    const { port } = server.address() as AddressInfo;
    const error = await connectTls({ host: '127.0.0.1', port }, from.trust, CALLING).then(
      ({ stream }) => {
        stream.destroy();
        throw new Error('connected');
      },
      (thrown: unknown) => thrown as VmToolsError,
    );
    server.close();
    await once(server, 'close');
    return error;
  }
  const tlsServer = ({ trust }: TestHost): Server => {
    const { key, cert } = trust.credentials;
    return createTlsServer({ key, cert });
  };

  test.each<[string, string, () => Server]>([
    ['is unknown', 'XFR_PEER_UNKNOWN', () => tlsServer(stranger)],
    ['is out of time', 'XFR_PEER_EXPIRED', () => tlsServer(late)],
  ])('does not take a peer that %s: %s', async (_what, code, makeServer) => {
    await using trusting = await createTestHost('trusting');
    await trusting.trusts(late, { hosts: [] });
    expect(await calling(trusting, makeServer())).toMatchObject({ code, hint: expect.any(String) });
  });

  test('shows the fingerprint of a first contact and what to do, and nothing is trusted by that', async () => {
    const { fingerprint } = stranger.identity;
    const error = await calling(a, tlsServer(stranger));
    // 127.0.0.1 is b for this host, so another host there is not b.
    expect(error).toMatchObject({ code: 'XFR_PEER_KEY_CHANGED', details: { fingerprint } });
    await using newcomer = await createTestHost('newcomer');
    expect(await calling(newcomer, tlsServer(stranger))).toMatchObject({
      code: 'XFR_PEER_UNKNOWN',
      message: expect.stringContaining(fingerprint),
      hint: expect.stringContaining(`xfrd trust stranger 127.0.0.1 --fingerprint ${fingerprint}`),
    });
    expect(await listPeers(newcomer.folder)).toEqual([]);
    await using server = await serve(b);
    expect(await peekFingerprint(server.endpoint)).toMatchObject({
      name: 'b',
      fingerprint: b.identity.fingerprint,
    });
  });
});
