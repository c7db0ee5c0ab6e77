import { once } from 'node:events';
import { connect as connectNet, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect, createServer as createTlsServer, type ConnectionOptions, TLSSocket } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import { DEFAULT_TIMEOUTS } from '../../protocol/timeouts.ts';
import { sendToPeer } from '../../source/send.ts';
import { receiveFromPeer } from '../../target/receive.ts';
import { FakeSource } from '../../testing/fake-source.ts';
import { FakeTarget } from '../../testing/fake-target.ts';
import { PREAMBLE, RawPeer } from '../../testing/raw-peer.ts';
import { acceptTls } from './accept-tls.ts';
import { connectTls } from './connect-tls.ts';
import { KEYS } from '../testing/test-keys.ts';
import { TlsHost } from '../testing/tls-host.ts';
import type { TlsOptions } from './tls.ts';

const TIMEOUTS = { ...DEFAULT_TIMEOUTS, handshakeMs: patient(30_000), lingerMs: patient(5_000) };
/** For a peer that is to be given up: the test waits as long. */
const SHORT = { ...TIMEOUTS, handshakeMs: 400 };
const CALLING = { connectMs: patient(30_000), handshakeMs: patient(30_000) };
const timeoutsFor = (code: string): typeof TIMEOUTS => (code === 'XFR_PEER_SILENT' ? SHORT : TIMEOUTS);
const A = new TlsHost('a', { knows: ['b'] });
const B = new TlsHost('b', { knows: ['a'] });
const STRANGER = new TlsHost('stranger', { knows: ['b'] });

/** Receives guests on loopback; the outcome of each connection is in `ends`, in the order of their ends. */
async function serve(tls: TlsOptions, timeouts = TIMEOUTS) {
  const ends: (string | undefined)[] = [];
  const errors: VmToolsError[] = [];
  const targets: FakeTarget[] = [];
  let wake = (): void => undefined;
  const session = async (socket: Socket): Promise<void> => {
    try {
      const connection = await acceptTls(socket, tls, { timeouts });
      const makeTarget = (): FakeTarget => {
        const target = new FakeTarget();
        targets.push(target);
        return target;
      };
      await receiveFromPeer(connection, makeTarget, { timeouts });
      ends.push(connection.who);
    } catch (thrown) {
      errors.push(thrown as VmToolsError);
      ends.push((thrown as VmToolsError).code);
    }
    wake();
  };
  const server = createServer((socket) => void session(socket));
  await listening(server);
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { host: '127.0.0.1', port },
    ends,
    errors,
    targets,
    /** Resolves when so many connections have ended. */
    async ended(count: number): Promise<void> {
      while (ends.length < count) await new Promise<void>((resolve) => (wake = resolve));
    },
    /** Resolves when no socket is left, which is the only way to close. */
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

async function send(tls: TlsOptions, endpoint: { host: string; port: number }) {
  const source = new FakeSource();
  const connection = await connectTls(endpoint, tls, CALLING);
  expect(connection.stream instanceof TLSSocket && connection.stream.getProtocol()).toBe('TLSv1.3');
  const result = await sendToPeer(source, connection, { timeouts: TIMEOUTS }).then(
    (summary) => ({ summary, error: undefined }),
    (thrown: unknown) => ({ summary: undefined, error: thrown as VmToolsError }),
  );
  return { source, connection, ...result };
}

/** A client with the given certificate, and the messages that it gets. */
async function callRaw(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

async function callPlain(port: number): Promise<Socket> {
  const socket = connectNet({ host: '127.0.0.1', port }).on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

describe('between two hosts that know each other', () => {
  test('a guest moves, each end knows the other, and there is nothing to warn of', async () => {
    await using server = await serve(B);
    const { summary, connection } = await send(A, server.endpoint);
    expect(summary).toMatchObject({ domid: 7, warnings: [] });
    expect(connection).toMatchObject({ who: 'b', isConfidential: true });
    expect(connection.peer).toBe(`127.0.0.1:${server.endpoint.port}`);
    await server.ended(1);
    expect(server.ends).toEqual(['a']);
    expect(server.targets[0]).toMatchObject({ state: 'running' });
  });

  test('each is told what the other has shown, and whether an authority vouches for it', async () => {
    const vouching = new TlsHost('b', { knows: ['a'], vouched: ['a'] });
    const doubting = new TlsHost('a', { knows: ['b'] });
    await using server = await serve(vouching);
    await send(doubting, server.endpoint);
    await server.ended(1);
    expect(vouching.presented).toMatchObject([
      { certificate: { subject: 'CN=a' }, chainError: undefined, host: undefined },
    ]);
    const { host, port } = server.endpoint;
    expect(doubting.presented).toMatchObject([
      {
        certificate: { subject: 'CN=b' },
        chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
        host,
        address: `${host}:${port}`,
      },
    ]);
  });

  test('the authorities of the web count for nothing, and a name is for checkPeer to judge', async () => {
    const caller = new TlsHost('a', { knows: ['b'], vouched: ['b'] });
    await using server = await serve(B);
    await send(caller, server.endpoint); // as 127.0.0.1, which is not in its certificate
    expect(caller.presented).toMatchObject([{ chainError: undefined, host: '127.0.0.1' }]);
    await server.ended(1);
  });
});

describe('a listener', () => {
  test('tells a peer that it does not know why', async () => {
    await using server = await serve(B);
    const { error, source } = await send(STRANGER, server.endpoint);
    expect(error).toMatchObject({
      code: 'XFR_PEER_ABORTED',
      kind: 'peer',
      details: { remoteCode: 'TEST_UNKNOWN' },
      guest: { state: 'still running on the source' },
      hint: 'trust it',
    });
    expect(source.state).toBe('running');
    await server.ended(1);
    expect([server.ends, server.targets]).toEqual([['TEST_UNKNOWN'], []]);
  });

  test('has told it, also when it has hung up before anything is offered', async () => {
    await using server = await serve(B);
    const source = new FakeSource();
    const connection = await connectTls(server.endpoint, STRANGER, CALLING);
    const onStep = () => server.ended(1);
    await expect(sendToPeer(source, connection, { timeouts: TIMEOUTS, onStep })).rejects.toMatchObject({
      code: 'XFR_PEER_ABORTED',
      details: { remoteCode: 'TEST_UNKNOWN' },
    });
    expect(source.state).toBe('running');
  });

  test('tells one without certificate', async () => {
    await using server = await serve(B);
    const peer = new RawPeer(await callRaw(server.endpoint.port, {}));
    await peer.heard('TEST_NO_CERTIFICATE');
    peer.hangUp();
    await server.ended(1);
    expect(server.ends).toEqual(['TEST_NO_CERTIFICATE']);
  });

  test('tells one that speaks the protocol in the clear', async () => {
    await using server = await serve(B);
    const peer = new RawPeer(await callPlain(server.endpoint.port));
    await peer.say(PREAMBLE).heard('XFR_TLS_PLAIN');
    peer.hangUp();
    await server.ended(1);
    expect(server.ends).toEqual(['XFR_TLS_PLAIN']);
  });

  test('does not tell strangers what is wrong with it', async () => {
    const checkPeer = () => Promise.reject(new Error('/secret/path'));
    await using server = await serve({ credentials: B.credentials, checkPeer });
    const { error } = await send(A, server.endpoint);
    expect(error).toMatchObject({ details: { remoteCode: 'XFR_PEER_UNCHECKED' } });
    await server.ended(1);
    expect(server.errors[0]?.message).toContain('/secret/path');
  });

  test.each<[string, string, (port: number) => unknown]>([
    [
      'speaks only TLS 1.2',
      'XFR_TLS_VERSION',
      (port) => callRaw(port, { ...KEYS.a, maxVersion: 'TLSv1.2' }).catch(() => undefined),
    ],
    ['speaks HTTP', 'XFR_TLS_PLAIN', async (port) => (await callPlain(port)).write('GET / HTTP/1.1\r\n\r\n')],
    [
      'begins like TLS and goes on with something else',
      'XFR_TLS',
      async (port) => (await callPlain(port)).write(Buffer.from('160301000401000000', 'hex')),
    ],
    ['says nothing', 'XFR_PEER_SILENT', callPlain],
    [
      'stops in the middle of the handshake',
      'XFR_PEER_SILENT',
      async (port) => (await callPlain(port)).write(Buffer.from('16030100c8', 'hex')),
    ],
    ['hangs up at once', 'XFR_CONNECTION_LOST', async (port) => (await callPlain(port)).end()],
    [
      'resets the connection',
      'XFR_CONNECTION_LOST',
      async (port) => (await callPlain(port)).resetAndDestroy(),
    ],
    [
      'hangs up in the middle of the handshake',
      'XFR_CONNECTION_LOST',
      async (port) => (await callPlain(port)).end(Buffer.from('16030100c8', 'hex')),
    ],
    ['says nothing after the handshake', 'XFR_PEER_SILENT', (port) => callRaw(port, KEYS.a)],
  ])('gives up a peer that %s: %s', async (_what, code, misbehave) => {
    await using server = await serve(B, timeoutsFor(code));
    await misbehave(server.endpoint.port);
    await server.ended(1);
    expect([server.ends, server.targets]).toEqual([[code], []]);
  });

  test('gives a peer that sends a byte now and then no more time', async () => {
    await using server = await serve(B, SHORT);
    const socket = await callPlain(server.endpoint.port);
    const hello = Buffer.concat([Buffer.from('16030107d0010007cc', 'hex'), Buffer.alloc(2000)]);
    let sent = 0;
    const drip = setInterval(() => socket.write(hello.subarray(sent, (sent += 1))), 20);
    await server.ended(1);
    clearInterval(drip);
    socket.destroy();
    expect(server.ends).toEqual(['XFR_PEER_SILENT']);
  });

  test('stops at once when it is told to', async () => {
    const abort = new AbortController();
    const server = createServer();
    await listening(server);
    const [[socket]] = await Promise.all([
      once(server, 'connection') as Promise<[Socket]>,
      callPlain((server.address() as AddressInfo).port),
    ]);
    const accepting = acceptTls(socket, B, { timeouts: DEFAULT_TIMEOUTS, signal: abort.signal });
    abort.abort();
    await expect(accepting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    server.close();
    await once(server, 'close');
  });

  test('serves a good one beside 200 that are not', async () => {
    await using server = await serve(B);
    const { port } = server.endpoint;
    const kinds: (() => Promise<Socket>)[] = [
      () => callPlain(port),
      async () => {
        const socket = await callPlain(port);
        socket.write(Buffer.from('16030100c8', 'hex'));
        return socket;
      },
      () => callRaw(port, {}),
      () => callRaw(port, KEYS.stranger),
      async () => {
        const socket = await callPlain(port);
        const drip = setInterval(() => socket.write(Buffer.of(0x16)), 100);
        return socket.on('close', () => clearInterval(drip));
      },
    ];
    const bad = await Promise.all(
      Array.from({ length: 200 }, (_, index) => kinds[index % kinds.length]?.() as Promise<Socket>),
    );
    const { summary } = await send(A, server.endpoint);
    expect(summary).toMatchObject({ domid: 7 });
    for (const socket of bad) socket.on('error', () => undefined).destroy();
    await server.ended(201);
    expect(server.ends.filter((end) => end === 'a')).toHaveLength(1);
    expect(server.targets).toHaveLength(1);
  });
});

describe('a caller', () => {
  async function calling(tls: TlsOptions, server: Server, code: string): Promise<VmToolsError> {
    server.on('connection', (socket: Socket) => socket.on('error', () => undefined).resume());
    await listening(server);
    const { port } = server.address() as AddressInfo;
    const options = { ...CALLING, handshakeMs: timeoutsFor(code).handshakeMs };
    const error = await connectTls({ host: '127.0.0.1', port }, tls, options).then(
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
  test.each<[string, string, () => Server]>([
    ['is unknown', 'TEST_UNKNOWN', () => createTlsServer(KEYS.stranger)],
    ['speaks only TLS 1.2', 'XFR_TLS_VERSION', () => createTlsServer({ ...KEYS.b, maxVersion: 'TLSv1.2' })],
    [
      'speaks the protocol in the clear',
      'XFR_TLS_PLAIN',
      () => createServer((socket) => socket.write(PREAMBLE)),
    ],
    ['says nothing', 'XFR_PEER_SILENT', () => createServer()],
    ['hangs up', 'XFR_CONNECTION_LOST', () => createServer((socket) => socket.end())],
    [
      'resets',
      'XFR_CONNECTION_LOST',
      () => createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    ],
  ])('does not take a peer that %s: %s', async (_what, code, makeServer) => {
    expect(await calling(A, makeServer(), code)).toMatchObject({ code, hint: expect.any(String) });
  });

  test('stops at once when it is told to', async () => {
    const server = createServer();
    await listening(server);
    const { port } = server.address() as AddressInfo;
    const abort = new AbortController();
    const connecting = connectTls({ host: '127.0.0.1', port }, A, { ...CALLING, signal: abort.signal });
    await once(server, 'connection');
    abort.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    server.close();
    await once(server, 'close');
  });
});
