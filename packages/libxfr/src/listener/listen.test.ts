import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { createLimiter } from '@vm-tools/ratelimit';
import { patient } from '@vm-tools/ratelimit/testing';
import { memoryJournals } from '../journal/open-journals.ts';
import { sendToPeer } from '../source/send.ts';
import { Admission } from '../target/admission.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { FakeTarget, type FakeTargetInit } from '../testing/fake-target.ts';
import { connectTls } from '../transport/tls/connect-tls.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import { TlsHost } from '../transport/testing/tls-host.ts';
import { listen } from './listen.ts';
import type { ListenEvent, Listener, ListenOptions } from './options.ts';

const TIMEOUTS = { lingerMs: patient(5_000), handshakeMs: patient(30_000) };

async function listening(options: Partial<ListenOptions> = {}, init: FakeTargetInit = {}) {
  const events: ListenEvent[] = [];
  const targets: FakeTarget[] = [];
  const listener = await listen({
    port: 0,
    timeouts: TIMEOUTS,
    onEvent: (event) => events.push(event),
    makeTarget: () => {
      const target = new FakeTarget(init);
      targets.push(target);
      return target;
    },
    ...options,
  });
  const failures = (): string[] =>
    events.flatMap((event) => (event.type === 'failed' ? [event.error.code] : []));
  return { listener, events, targets, failures };
}

const endpointOf = ({ port }: Listener): Endpoint => ({ transport: 'tcp', host: '127.0.0.1', port });

test('receives guests one after the other and warns of the plain connection', async () => {
  const { listener, events, targets } = await listening();
  for (const source of [new FakeSource(), new FakeSource()]) {
    const summary = await sendToPeer(source, endpointOf(listener), { timeouts: TIMEOUTS });
    expect(summary).toMatchObject({ domid: 7, warnings: [{ code: 'XFR_W_PLAIN' }] });
  }
  await listener.close();
  expect(targets.map(({ state }) => state)).toEqual(['running', 'running']);
  const ends = events.filter((event) => event.type === 'transfer' && event.event.type === 'completed');
  expect(ends.map((event) => 'session' in event && event.session)).toEqual([1, 2]);
});

test('listens on loopback unless told otherwise', async () => {
  const { listener } = await listening();
  expect(listener.host).toBe('127.0.0.1');
  await listener.close();
  await expect(sendToPeer(new FakeSource(), endpointOf(listener))).rejects.toMatchObject({
    code: 'XFR_UNREACHABLE',
    kind: 'peer',
    guest: { state: 'still running on the source' },
  });
});

test('refuses more than it may receive at once, and others still get through', async () => {
  const gate = Promise.withResolvers<undefined>();
  const reserved = Promise.withResolvers<undefined>();
  const hooks = {
    onReserve: async () => {
      reserved.resolve(undefined);
      await gate.promise;
    },
  };
  const { listener, failures } = await listening({ maxConcurrent: 1 }, hooks);
  const send = () => sendToPeer(new FakeSource(), endpointOf(listener), { timeouts: TIMEOUTS });
  const first = send();
  await reserved.promise;
  expect(listener.active).toBe(1);
  await expect(send()).rejects.toMatchObject({
    code: 'XFR_PEER_REJECTED',
    kind: 'resource',
    details: { remoteCode: 'XFR_BUSY' },
  });
  gate.resolve(undefined);
  await first;
  await send();
  await listener.close();
  expect([failures(), listener.active]).toEqual([['XFR_BUSY'], 0]);
});

test('two listeners share places, which can be changed, and number their sessions together', async () => {
  const admission = new Admission(0);
  const [first, second] = [await listening({ admission }), await listening({ admission })];
  const send = ({ listener }: typeof first) =>
    sendToPeer(new FakeSource(), endpointOf(listener), { timeouts: TIMEOUTS });
  await expect(send(first)).rejects.toMatchObject({ details: { remoteCode: 'XFR_BUSY' } });
  admission.places = 1;
  await send(second);
  await Promise.all([first, second].map(({ listener }) => listener.close()));
  expect(first.events.map((event) => 'session' in event && event.session)).toContain(1);
  expect(second.events.map((event) => 'session' in event && event.session)).toContain(2);
});

test('each session has its own pace, for as long as it lasts', async () => {
  const calls: string[] = [];
  const { listener } = await listening({
    limiterFor: ({ session, peer }) => {
      calls.push(`in ${session}`);
      expect(peer).toMatch(/^127\.0\.0\.1:/);
      return {
        limiter: createLimiter({ rate: Infinity }),
        rate: [{ fromMs: 0, rate: Infinity }],
        [Symbol.dispose]: () => void calls.push(`out ${session}`),
      };
    },
  });
  await sendToPeer(new FakeSource(), endpointOf(listener), { timeouts: TIMEOUTS });
  await listener.close();
  expect(calls).toEqual(['in 1', 'out 1']);
});

test('every event tells which transfer it is, and the last one how long the guest stood still', async () => {
  const { listener, events } = await listening();
  const sent = await sendToPeer(new FakeSource(), endpointOf(listener), { timeouts: TIMEOUTS });
  await listener.close();
  const [completed] = events.filter(({ type }) => type === 'transfer').slice(-1);
  expect(completed).toMatchObject({
    session: 1,
    transfer: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: 'web1',
    event: { type: 'completed', summary: { iterations: sent.iterations, downtimeMs: expect.any(Number) } },
  });
});

test('bad peers keep no good one out', async () => {
  const { listener, failures } = await listening({ maxConcurrent: 1 });
  const bad = Array.from({ length: 20 }, () => connect(listener.port, '127.0.0.1'));
  await Promise.all(bad.map((socket) => once(socket, 'connect')));
  bad[0]?.write('GET / HTTP/1.1\r\n\r\n');
  await sendToPeer(new FakeSource(), endpointOf(listener), { timeouts: TIMEOUTS });
  for (const socket of bad) socket.destroy();
  await listener.close();
  expect(failures()).toHaveLength(20);
});

test('three hundred who say nothing keep no peer out, and who is dropped is the oldest', async () => {
  const admission = new Admission();
  admission.lobby.limits = { unknown: 20, perAddress: 20, perPeer: 20 };
  const { listener, failures } = await listening({
    admission,
    timeouts: { ...TIMEOUTS, handshakeMs: 60_000 },
  });
  const silent = Array.from({ length: 300 }, () => connect(listener.port, '127.0.0.1'));
  for (const socket of silent) socket.on('error', () => undefined).resume();
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  await sendToPeer(new FakeSource(), endpointOf(listener), { timeouts: { handshakeMs: 60_000 } });
  // A peer that takes a place waits no more, so the others have its room again.
  expect(failures()).toEqual(Array.from({ length: 281 }, () => 'XFR_CROWDED'));
  for (const socket of silent) socket.destroy();
  await listener.close();
});

test('of one address so many wait and no more, however much room there is', async () => {
  const admission = new Admission();
  admission.lobby.limits = { unknown: 20, perAddress: 2, perPeer: 20 };
  const { listener } = await listening({ admission, timeouts: { ...TIMEOUTS, handshakeMs: 60_000 } });
  const call = async (): Promise<Socket> => {
    const socket = connect(listener.port, '127.0.0.1').on('error', () => undefined);
    await once(socket.resume(), 'connect');
    return socket;
  };
  const first = await call();
  const dropped = once(first, 'close');
  const others = [await call(), await call()];
  await dropped;
  for (const socket of others) socket.destroy();
  await listener.close();
});

const [A, B] = [new TlsHost('a', { knows: ['b'] }), new TlsHost('b', { knows: ['a'] })];
const CALLING = { connectMs: 20_000, handshakeMs: 20_000 };

test('of one peer so many connections wait and no more, and one more hears that', async () => {
  const admission = new Admission();
  admission.lobby.limits = { unknown: 20, perAddress: 20, perPeer: 2 };
  const { listener, events, failures } = await listening({ tls: B, admission });
  const at = { host: '127.0.0.1', port: listener.port };
  const waiting = [await connectTls(at, A, CALLING), await connectTls(at, A, CALLING)];
  const isIn = (): boolean => events.filter(({ type }) => type === 'connected').length === 2;
  while (!isIn()) await new Promise((resolve) => setImmediate(resolve));
  const third = await connectTls(at, A, CALLING);
  await expect(
    sendToPeer(new FakeSource(), third, { timeouts: { handshakeMs: 60_000 } }),
  ).rejects.toMatchObject({
    kind: 'resource',
    details: { remoteCode: 'XFR_CROWDED' },
    guest: { state: 'still running on the source' },
  });
  for (const { stream } of waiting) stream.destroy();
  await listener.close();
  expect(failures()).toContain('XFR_CROWDED');
});

test('who has called a port of TLS has to say something soon', async () => {
  const { listener, events } = await listening({
    tls: B,
    timeouts: { firstByteMs: 50, handshakeMs: 60_000 },
  });
  const socket = connect(listener.port, '127.0.0.1')
    .on('error', () => undefined)
    .resume();
  await once(socket, 'close');
  await listener.close();
  const [failed] = events.filter((event) => event.type === 'failed');
  expect(failed?.error).toMatchObject({ code: 'XFR_PEER_SILENT', message: expect.stringContaining('50 ms') });
});

test('what can be refused at once is refused before anything is written down for it', async () => {
  const journals = memoryJournals();
  const isTaken = new VmToolsError({
    code: 'DOMAIN_NAME_TAKEN',
    kind: 'usage',
    message: 'it is',
    hint: 'another',
  });
  const makeTarget = () => Object.assign(new FakeTarget(), { requireFree: () => Promise.reject(isTaken) });
  const { listener } = await listening({ journals, makeTarget });
  await expect(sendToPeer(new FakeSource(), endpointOf(listener))).rejects.toMatchObject({
    details: { remoteCode: 'DOMAIN_NAME_TAKEN' },
  });
  await listener.close();
  expect((await journals.list()).records).toEqual([]);
});

test('one peer does not get all places', () => {
  const admission = new Admission(3, 2);
  using _first = admission.enter('a');
  const second = admission.enter('a');
  expect(() => admission.enter('a')).toThrow(
    expect.objectContaining({ code: 'XFR_BUSY', message: '2 guests of a are being received already' }),
  );
  using _other = admission.enter('b');
  expect(() => admission.enter()).toThrow(expect.objectContaining({ details: { places: 3 } }));
  second[Symbol.dispose]();
  using _again = admission.enter('a');
  expect(admission.active).toBe(3);
});

test('its signal aborts what is being received', async () => {
  const abort = new AbortController();
  const { listener, targets, failures } = await listening(
    { signal: abort.signal },
    { onChunk: () => abort.abort() },
  );
  const source = new FakeSource();
  const sent = sendToPeer(source, endpointOf(listener), { timeouts: TIMEOUTS });
  await expect(sent).rejects.toMatchObject({ code: 'XFR_PEER_ABORTED', kind: 'aborted-safe' });
  await listener.close();
  expect([source.state, targets[0]?.state]).toEqual(['running', 'abandoned']);
  expect(failures()).toEqual(['INTERRUPTED']);
});

test('a port that is taken, and an address of another machine, are reported', async () => {
  const { listener } = await listening();
  const makeTarget = (): FakeTarget => new FakeTarget();
  const taken = listen({ port: listener.port, makeTarget }).catch((error: unknown) => error as VmToolsError);
  expect(await taken).toMatchObject({ code: 'XFR_LISTEN', details: { errno: 'EADDRINUSE' } });
  const foreign = listen({ host: '192.0.2.1', port: 0, makeTarget });
  await expect(foreign).rejects.toMatchObject({ code: 'XFR_LISTEN', kind: 'usage' });
  await listener.close();
});
