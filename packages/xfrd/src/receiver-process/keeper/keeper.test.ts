import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, Readable, Writable, type Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import type { CheckedImage, DomainTarget } from '@vm-tools/libdomain';
import { memoryJournals, type Connection, type ListenEvent, type Offer } from '@vm-tools/libxfr';
import type { TransferRecord, Journals, TargetState } from '@vm-tools/libxfr/journals';
import { encodeLibxlEnd, wrapImage } from '@vm-tools/xen-stream';
import { syntheticPvh } from '@vm-tools/xen-stream/testing';
import fc from 'fast-check';
import { CALLS } from '../messages.ts';
import { Calls } from '../receiver/calls.ts';
import { dial } from '../receiver/dial.ts';
import { FeedServer } from '../receiver/feed-server.ts';
import { remoteJournals } from '../receiver/remote-journals.ts';
import { RemoteTarget } from '../receiver/remote-target.ts';
import type { HostTrust } from './grants.ts';
import { Keeper, type HostSide } from './keeper.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keeper-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const UUID = '01234567-89ab-4def-8123-456789abcdef';
const ID = '0f'.repeat(16);
const OFFER: Offer = {
  name: 'web1',
  uuid: UUID,
  type: 'pvh',
  memoryBytes: 2 ** 20,
  maxMemoryBytes: 2 ** 20,
  vcpus: 1,
  live: true,
  xen: '4.17.7',
  configJson: '{}',
};
const LIBXC = Buffer.concat([...syntheticPvh({ pages: 256 })]);
const { head, tail } = wrapImage('{"c_info":{}}');
const IMAGE = Buffer.concat([head, LIBXC, tail]);

/** A host that writes down what is done to its one guest. */
class FakeHost {
  readonly done: string[] = [];
  readonly journals: Journals = memoryJournals();
  restored = Buffer.alloc(0);
  /** waited for by each thing that is done */
  hold: Promise<unknown> | undefined;

  makeTarget = (): DomainTarget => {
    const act = async (name: string): Promise<void> => {
      this.done.push(name);
      await this.hold;
    };
    let domid: number | undefined;
    return {
      get domid() {
        return domid;
      },
      get opened() {
        return domid === undefined ? undefined : { paths: ['/srv/web1.img'], at: 1 };
      },
      check: async () => [
        { name: 'memory', error: new VmToolsError({ code: 'DOMAIN_NO_MEMORY', message: 'none' }) },
      ],
      requireFree: () => Promise.resolve(),
      reserve: () => act('reserve'),
      release: () => Promise.resolve(),
      expect: () => ({ type: 'pvh', maxPages: 300 }),
      restore: () => Promise.reject(new Error('it comes from elsewhere')),
      restoreChecked: async ({ feed }: CheckedImage, { signal }) => {
        await act('restore');
        const chunks: Buffer[] = [];
        const sink = new Writable({
          write: (chunk: Buffer, _encoding, next) => {
            chunks.push(Buffer.from(chunk)); // it is written into again
            next();
          },
        });
        await feed(sink, signal);
        this.restored = Buffer.concat(chunks);
        domid = 7;
      },
      start: async () => {
        await act('start');
        return { domid: 7 };
      },
      abandon: () => act('abandon'),
    };
  };
}

interface Pair extends AsyncDisposable {
  readonly host: FakeHost;
  readonly keeper: Keeper;
  readonly events: ListenEvent[];
  /** what the receiver holds of it */
  readonly connection: Duplex;
}

function startKeeper(trust?: HostTrust, feedPath = ''): Pair {
  const host = new FakeHost();
  const events: ListenEvent[] = [];
  const [near, connection] = duplexPair();
  connection.on('error', () => undefined);
  const { journals, makeTarget } = host;
  const where = (): Promise<[]> => Promise.resolve([]);
  const side: HostSide = { journals, makeTarget, where, trust, onEvent: (event) => events.push(event) };
  const keeper = new Keeper(near, feedPath, side);
  const end = async (): Promise<void> => {
    connection.destroy();
    near.destroy();
    await keeper.ended;
  };
  return { host, keeper, events, connection, [Symbol.asyncDispose]: end };
}

/** The same with an honest receiver. */
async function startPair(
  trust?: HostTrust,
): Promise<Pair & { readonly calls: Calls; readonly target: RemoteTarget }> {
  const feedPath = join(folder, randomUUID());
  const pair = startKeeper(trust, feedPath);
  const feeds = new FeedServer();
  await feeds.listen({ path: feedPath });
  const calls = new Calls(
    pair.connection,
    feeds,
    () => undefined,
    () => feeds.close(),
  );
  return { ...pair, calls, target: new RemoteTarget(calls) };
}

/** A transfer in the order of the protocol, step by step. */
function stepsOf({ calls, target }: { calls: Calls; target: RemoteTarget }): (() => Promise<unknown>)[] {
  const journals = remoteJournals(calls);
  const start = {
    id: ID,
    role: 'target',
    guest: { name: 'web1', uuid: UUID },
    peer: 'tcp://10.0.0.1:1',
  } as const;
  const begun = { journal: undefined as Awaited<ReturnType<typeof journals.begin>> | undefined };
  const write = (state: TargetState) => async () =>
    begun.journal?.append({ state, epoch: begun.journal.record.epoch });
  return [
    async () => (begun.journal = await journals.begin(start)),
    () => target.reserve(OFFER),
    () => target.restore(Readable.from([IMAGE]), { signal: new AbortController().signal }),
    write('ready'),
    write('owner'),
    () => target.start(),
    write('running'),
    async () => begun.journal?.[Symbol.asyncDispose](),
  ];
}

test('a transfer: each byte of the libxc stream comes to the host, and nothing else of the image', async () => {
  await using pair = await startPair();
  for (const step of stepsOf(pair)) await step();
  expect(pair.host.done).toEqual(['reserve', 'restore', 'start']);
  expect(pair.host.restored.equals(LIBXC)).toBe(true);
  expect(pair.target.domid).toBe(7);
  const journal = await pair.host.journals.read(ID);
  expect(journal).toMatchObject({ state: 'running', guest: { domid: 7 } });
  expect(journal?.entries.map(({ state, disks }) => [state, disks])).toEqual([
    ['reserved', undefined],
    ['ready', { are: 'opened', paths: ['/srv/web1.img'], at: 1 }],
    ['owner', undefined],
    ['running', undefined],
  ]);
  expect(pair.keeper.active).toBe(0);
});

test.each([
  [
    'a record that is wrong',
    Buffer.concat([head, LIBXC.subarray(0, 40), Buffer.alloc(200, 0x7f)]),
    'STREAM_CORRUPT',
  ],
  [
    'more memory than was promised',
    Buffer.concat([head, ...syntheticPvh({ pages: 400 }), tail]),
    'STREAM_TOO_LARGE',
  ],
  ['no end', Buffer.concat([head, LIBXC]), 'STREAM_TRUNCATED'],
  ['too much at the end', Buffer.concat([head, LIBXC, LIBXC]), 'STREAM_CORRUPT'],
  ['nothing', encodeLibxlEnd(), 'STREAM_FOREIGN'],
])('an image with %s is refused where it is read, with its own error', async (_, image, code) => {
  await using pair = await startPair();
  const [begin, reserve] = stepsOf(pair);
  await begin?.();
  await reserve?.();
  const { signal } = new AbortController();
  await expect(pair.target.restore(Readable.from([image]), { signal })).rejects.toMatchObject({ code });
  await pair.target.abandon();
});

test('an abort ends a restore at the host before it is reported', async () => {
  await using pair = await startPair();
  const [begin, reserve] = stepsOf(pair);
  await begin?.();
  await reserve?.();
  const controller = new AbortController();
  const stream = new Readable({ read: () => undefined });
  stream.push(IMAGE.subarray(0, head.length + 5000));
  const restoring = pair.target.restore(stream, controller);
  setImmediate(() => controller.abort());
  await expect(restoring).rejects.toMatchObject({ code: 'INTERRUPTED' });
  await pair.target.abandon();
});

test('what a check finds comes with its errors', async () => {
  await using pair = await startPair();
  const [found] = await pair.target.check(OFFER);
  expect(found).toMatchObject({ name: 'memory', error: expect.any(VmToolsError) });
});

test.each([
  [1, 'fenced', []],
  [2, 'fenced', ['reserve', 'abandon']],
  [3, 'fenced', ['reserve', 'restore', 'abandon']],
  [4, 'fenced', ['reserve', 'restore', 'abandon']],
  [5, 'owner', ['reserve', 'restore']],
  [6, 'owner', ['reserve', 'restore', 'start']],
  [7, 'running', ['reserve', 'restore', 'start']],
])(
  'a receiver that dies behind step %i leaves "%s", and what is not its own is gone',
  async (count, state, done) => {
    await using pair = await startPair();
    for (const step of stepsOf(pair).slice(0, count)) await step();
    pair.connection.destroy();
    expect(await pair.keeper.ended).toBeUndefined();
    expect(pair.host.done).toEqual(done);
    expect(await pair.host.journals.read(ID)).toMatchObject({ state });
    await using again = await pair.host.journals.open(ID); // it is no longer held
    expect(again.record.state).toBe(state);
  },
);

test('one that dies in the middle of something is waited for until that has come to its end', async () => {
  await using pair = await startPair();
  const steps = stepsOf(pair);
  for (const step of steps.slice(0, 5)) await step();
  const held = Promise.withResolvers<undefined>();
  pair.host.hold = held.promise;
  steps[5]?.().catch(() => undefined);
  while (!pair.host.done.includes('start')) await new Promise(setImmediate);
  pair.connection.destroy();
  let isOver = false;
  void pair.keeper.ended.then(() => (isOver = true));
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  held.resolve(undefined);
  await pair.keeper.ended;
  expect(await pair.host.journals.read(ID)).toMatchObject({ state: 'owner' });
});

test('a call that does not follow from the journal is refused', async () => {
  await using pair = await startPair();
  const { calls, target } = pair;
  const refused = { code: 'XFRD_RECEIVER_REFUSED' };
  await expect(target.reserve(OFFER)).rejects.toMatchObject(refused);
  const [begin, reserve, restore] = stepsOf(pair);
  await begin?.();
  await expect(target.start()).rejects.toMatchObject(refused);
  await expect(calls.call('append', { id: ID, entry: { state: 'running', epoch: 1 } })).rejects.toMatchObject(
    refused,
  );
  await expect(target.reserve({ ...OFFER, name: 'other' })).rejects.toMatchObject(refused);
  await reserve?.();
  await restore?.();
  await expect(restore?.()).rejects.toMatchObject(refused);
  await expect(target.start()).rejects.toMatchObject(refused);
  await expect(calls.call('remove', { id: ID })).rejects.toMatchObject(refused);
  await expect(calls.call('open', { id: ID })).rejects.toMatchObject({ code: 'XFR_GUEST_BUSY' });
  expect(pair.host.done).toEqual(['reserve', 'restore']);
});

test('only what was authorised can be reserved', async () => {
  let places = 0;
  const trust: HostTrust = {
    isAsked: 'always',
    listPeers: async () => [],
    authorise: async () => {
      places += 1;
      return { [Symbol.dispose]: () => void (places -= 1) };
    },
  };
  await using pair = await startPair(trust);
  const [begin] = stepsOf(pair);
  await begin?.();
  await expect(pair.target.reserve(OFFER)).rejects.toMatchObject({ code: 'XFRD_RECEIVER_REFUSED' });
  await pair.calls.call('authorise', { who: 'b', offer: OFFER });
  await expect(pair.target.reserve({ ...OFFER, maxMemoryBytes: 2 ** 40 })).rejects.toMatchObject({
    code: 'XFRD_RECEIVER_REFUSED',
  });
  await pair.target.reserve(OFFER);
  pair.connection.destroy();
  await pair.keeper.ended;
  expect(places).toBe(0);
});

test('a peer is reached through the receiver, and so is the end of the connection', async () => {
  const feedPath = join(folder, randomUUID());
  const feeds = new FeedServer();
  await feeds.listen({ path: feedPath });
  await using pair = startKeeper(undefined, feedPath);
  const [near, peer] = duplexPair();
  const reconnect = async ({ peer: name }: { peer: string }): Promise<Connection> => {
    if (name !== 'tls://b:1') throw new VmToolsError({ code: 'XFR_UNREACHABLE', message: 'no listener' });
    return { stream: near, peer: name, isConfidential: true };
  };
  const calls: Calls = new Calls(
    pair.connection,
    feeds,
    (order) => order.type === 'dial' && void dial(order, reconnect, { calls, feeds }),
    () => feeds.close(),
  );
  const { signal } = new AbortController();
  const transfer = { role: 'source', peer: 'tls://b:1' } as TransferRecord;
  const { stream, ...facts } = await pair.keeper.dial(transfer, signal);
  expect(facts).toEqual({ peer: 'tls://b:1', isConfidential: true });
  stream.end('question');
  expect((await buffer(peer)).toString()).toBe('question');
  peer.end('answer');
  expect((await buffer(stream)).toString()).toBe('answer');
  await expect(pair.keeper.dial({ ...transfer, peer: 'tls://c:1' }, signal)).rejects.toMatchObject({
    code: 'XFR_UNREACHABLE',
  });
});

const json = fc.jsonValue({ maxDepth: 3 });
const known = fc.oneof(
  fc.constantFrom(ID, UUID, OFFER, { id: ID }, { uuid: UUID }, { offer: OFFER }, 'ready', 'owner', 'fenced'),
  json,
);
const args = fc.oneof(
  json,
  fc.dictionary(
    fc.constantFrom('id', 'uuid', 'offer', 'entry', 'start', 'configJson', 'grant', 'who'),
    known,
  ),
  fc.constantFrom(
    { id: ID },
    { uuid: UUID },
    { offer: OFFER },
    { uuid: UUID, configJson: '{}' },
    { start: { id: ID, role: 'target', guest: { name: 'web1', uuid: UUID }, peer: 'b' } },
    { id: ID, entry: { state: 'fenced', epoch: 1 } },
    { id: ID, entry: { state: 'owner', epoch: 1 } },
  ),
);
const call = fc.record({
  type: fc.constant('call'),
  call: fc.constantFrom(...Object.keys(CALLS)),
  args,
});

test('a receiver that calls whatever it likes gets an answer to each call, and the keeper lives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 30 }), async (messages) => {
      await using pair = startKeeper();
      // The bytes of a restore are not taken here: a call that has begun one gets its answer when the receiver is gone.
      const asked = messages.filter((message) => message.call !== 'restore');
      const { connection } = pair;
      let said = '';
      connection.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
      asked.forEach((message, index) =>
        connection.write(`${JSON.stringify({ ...message, id: index + 1 })}\n`),
      );
      while (said.split('\n').length - 1 < asked.length) await new Promise(setImmediate);
      const answers = said
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(answers.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(
        asked.map((_, index) => index + 1),
      );
      for (const { type, error } of answers)
        if (type === 'failed')
          expect(error).toMatchObject({ code: expect.stringMatching(/^(XFRD?|DOMAIN)_/) });
      // Nothing of it can have run: there was no restore.
      expect(pair.host.done).not.toContain('start');
    }),
    { numRuns: 200 },
  );
});

test('a receiver that says what is no message is given up, and the keeper lives', async () => {
  const noise = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 500 }).map((bytes) => Buffer.concat([bytes, Buffer.from('\n')])),
    json.map((value) => Buffer.from(`${JSON.stringify(value)}\n`)),
    fc
      .record({
        type: fc.constantFrom('ready', 'event', 'fed', 'abort', 'expecting', 'unable'),
        event: json,
        id: json,
      })
      .map((value) => Buffer.from(`${JSON.stringify(value)}\n`)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(noise, { maxLength: 10 }), async (lines) => {
      await using pair = startKeeper();
      for (const line of lines) pair.connection.write(line);
      pair.connection.end();
      const error = await pair.keeper.ended;
      if (error !== undefined)
        expect(error).toMatchObject({ code: 'XFRD_RECEIVER_LOST', cause: expect.any(VmToolsError) });
    }),
    { numRuns: 200 },
  );
});

test('a line without an end is not kept', async () => {
  await using pair = startKeeper();
  const piece = Buffer.alloc(2 ** 20, 0x61);
  for (let count = 0; count < 9; count++) pair.connection.write(piece);
  expect(await pair.keeper.ended).toMatchObject({ code: 'XFRD_RECEIVER_LOST' });
});

test('a caller without the token gets nothing', async () => {
  const { connect } = await import('node:net');
  const path = join(folder, randomUUID());
  const feeds = new FeedServer();
  await feeds.listen({ path });
  const expected = feeds.expect('a'.repeat(64));
  const stranger = connect({ path });
  stranger.end('b'.repeat(64));
  expect(await buffer(stranger)).toHaveLength(0);
  const friend = connect({ path });
  friend.write('a'.repeat(64));
  (await expected).end('pages');
  expect((await buffer(friend)).toString()).toBe('pages');
  friend.destroy();
  feeds.close();
});
