import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { patient } from '@vm-tools/ratelimit/testing';
import { connectXenstore } from '../connect.ts';
import { MemoryXenstored } from '../server/memory-xenstored.ts';
import type { Xenstore } from '../xenstore.ts';
import { encodeMessage, MESSAGE_TYPE } from './message.ts';

/** A client, and the other end of its connection, to be a bad xenstored with. */
async function badXenstored(timeoutMs = patient(60_000)): Promise<{ store: Xenstore; server: Duplex }> {
  const [server, stream] = duplexPair();
  server.on('error', () => undefined).resume();
  return { store: await connectXenstore({ stream, timeoutMs }), server };
}

const reply = (type: number, payload: string, requestId = 1): Buffer =>
  encodeMessage({ type, requestId, transactionId: 0, payload: Buffer.from(payload) });

describe('when the connection is lost', () => {
  test('calls that wait for their reply learn it, and all later ones', async () => {
    const { store, server } = await badXenstored();
    const calls = [
      store.read('/a'),
      store.write('/a', '1'),
      store.transaction((tx) => tx.write('/a', '1')),
      store.watch('/a').next(),
    ];
    server.end();
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
    await expect(store.read('/a')).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
    await expect(store.watch('/a').next()).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
    await store.close();
  });

  test('watches learn it, those that wait for an event and those that do not', async () => {
    const xenstored = new MemoryXenstored();
    const store = await connectXenstore({ stream: xenstored.connect() });
    const [waiting, idle] = [store.watch('/'), store.watch('/x')];
    await Promise.all([waiting.next(), idle.next()]);
    const event = waiting.next();
    const change = store.waitFor('/a', async () => undefined, {
      timeoutMs: patient(60_000),
      what: 'nothing',
    });
    xenstored.close();
    await expect(event).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
    await expect(idle.next()).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
    await expect(change).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
    await waiting.return();
  });

  test('a stream that breaks is the cause', async () => {
    const { store, server } = await badXenstored();
    const reading = store.read('/a');
    server.destroy(new Error('pulled the plug'));
    await expect(reading).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
  });

  test('closing it ourselves is no different for those who wait', async () => {
    const { store, server } = await badXenstored();
    const watch = store.watch('/a');
    const waiting = [watch.next(), store.read('/a')];
    await store.close();
    await store.close();
    for (const call of waiting) await expect(call).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
    if (!server.readableEnded) await once(server, 'end');
  });
});

describe('a xenstored that misbehaves', () => {
  test('by silence is given up', async () => {
    const { store } = await badXenstored(20);
    await expect(store.read('/a')).rejects.toMatchObject({
      code: 'XENSTORE_NO_REPLY',
      kind: 'timeout',
      details: { request: 'READ', path: '/a', limitMs: 20 },
    });
  });

  test.each([
    ['a reply of another type', reply(MESSAGE_TYPE.WRITE, 'OK\0')],
    ['a reply to no request', reply(MESSAGE_TYPE.READ, 'value', 77)],
    ['an error without an errno', reply(MESSAGE_TYPE.ERROR, 'no way\0')],
    ['an event without a token', reply(MESSAGE_TYPE.WATCH_EVENT, '/a\0')],
    ['a huge message', Buffer.alloc(16, 0xff)],
    ['a web page', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('by %s is refused', async (_what, bytes) => {
    const { store, server } = await badXenstored();
    const reading = store.read('/a');
    server.write(bytes);
    await expect(reading).rejects.toMatchObject({ code: 'XENSTORE_PROTOCOL', kind: 'corrupt' });
    await expect(store.read('/a')).rejects.toMatchObject({ code: 'XENSTORE_PROTOCOL' });
  });

  test('by any noise gives a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        const { store, server } = await badXenstored();
        const reading = store.read('/a');
        server.end(noise);
        await expect(reading).rejects.toMatchObject({ code: expect.stringMatching(/^XENSTORE_/) });
      }),
    );
  });

  test('an errno that we have never heard of is passed on', async () => {
    const { store, server } = await badXenstored();
    const reading = store.read('/a');
    server.write(reply(MESSAGE_TYPE.ERROR, 'EXOTIC\0'));
    await expect(reading).rejects.toMatchObject({
      code: 'XENSTORE_EXOTIC',
      message: 'xenstore refused READ of /a: EXOTIC',
    });
  });

  test('answers that make no sense are refused where they are read', async () => {
    const { store, server } = await badXenstored();
    const asking = [
      store.getPermissions('/a'),
      store.isDomainIntroduced(1),
      store.transaction(async () => 1),
    ];
    server.write(reply(MESSAGE_TYPE.GET_PERMS, 'x5\0', 1));
    server.write(reply(MESSAGE_TYPE.IS_DOMAIN_INTRODUCED, 'yes', 2));
    server.write(reply(MESSAGE_TYPE.TRANSACTION_START, 'seven\0', 3));
    for (const call of asking) await expect(call).rejects.toMatchObject({ code: 'XENSTORE_PROTOCOL' });
  });
});

test('a domain is introduced, seen, resumed and released', async () => {
  const xenstored = new MemoryXenstored();
  const store = await connectXenstore({ stream: xenstored.connect() });
  await using introductions = store.watch('@introduceDomain');
  await using releases = store.watch('@releaseDomain');
  for (const watch of [introductions, releases]) await watch.next();
  await store.introduceDomain(5, 0xfeffcn, 7);
  expect((await introductions.next()).value).toBe('@introduceDomain');
  expect(await store.isDomainIntroduced(5)).toBe(true);
  await store.resumeDomain(5);
  await store.releaseDomain(5);
  expect((await releases.next()).value).toBe('@releaseDomain');
  expect(await store.isDomainIntroduced(5)).toBe(false);
});
