import { setImmediate as macrotask } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import { ManualClock } from '@vm-tools/ratelimit';
import { patient } from '@vm-tools/ratelimit/testing';
import { encodePreamble } from '../src/protocol/preamble.ts';
import type { TransferTimeouts } from '../src/protocol/timeouts.ts';
import { sendToPeer } from '../src/source/send.ts';
import { receiveFromPeer } from '../src/target/receive.ts';
import { FakeSource, type FakeSourceInit } from '../src/testing/fake-source.ts';
import { FakeTarget, type FakeTargetInit } from '../src/testing/fake-target.ts';
import { LINKS, type Link } from '../src/testing/links.ts';
import { frame, LATER, PREAMBLE, RawPeer } from '../src/testing/raw-peer.ts';

const ANSWER_MS = 700;
/** For a peer that is to be given up: on a clock that goes on when nothing else does. */
const SHORT: Partial<TransferTimeouts> = {
  handshakeMs: 300,
  inactivityMs: 300,
  pingMs: 20,
  answerMs: ANSWER_MS,
  lingerMs: 20,
};
/** For one that is to be heard, however busy the machine is. */
const LONG: Partial<TransferTimeouts> = {
  ...SHORT,
  handshakeMs: patient(30_000),
  inactivityMs: patient(30_000),
  answerMs: patient(30_000),
};
const timeoutsFor = (code: string): Partial<TransferTimeouts> =>
  code === 'XFR_PEER_SILENT' || code === 'XFR_PEER_SLOW' ? SHORT : LONG;
const OFFER = new FakeSource().offer;
const EMPTY_DIGEST =
  '786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce';

type Script = (peer: RawPeer, clock: ManualClock) => unknown;

/** What a machine does between two moments of the clock, on a link in memory. */
const TURNS = 20;

/** The clock goes on, by little, whenever both ends have had their turn, until the transfer is over. */
async function untilOver(clock: ManualClock, result: Promise<unknown>): Promise<VmToolsError | undefined> {
  let isOver = false;
  const error = result
    .then(
      () => undefined,
      (thrown: unknown) => thrown as VmToolsError,
    )
    .finally(() => (isOver = true));
  while (!isOver) {
    for (let turn = 0; turn < TURNS; turn += 1) await macrotask();
    await clock.advance(10);
  }
  return error;
}

/** Says something now and then, until it is told to stop. */
function drip(clock: ManualClock, everyMs: number, say: () => unknown): () => void {
  let isOver = false;
  const dripping = async (): Promise<void> => {
    while (!isOver) {
      say();
      await clock.sleep(everyMs);
    }
  };
  void dripping();
  return () => (isOver = true);
}

/** Where limits are not to be met the machine's time holds, over a real socket; otherwise nothing but the clock's. */
async function linkFor(
  timeouts: Partial<TransferTimeouts>,
): Promise<{ link: Link; clock: ManualClock; isTimed: boolean }> {
  const isTimed = timeouts === SHORT;
  return { link: (await LINKS[isTimed ? 'memory' : 'tcp']?.()) as Link, clock: new ManualClock(), isTimed };
}

/** A receiver and a source without manners. */
async function receive(script: Script, timeouts = LONG, init?: FakeTargetInit) {
  const { link, clock, isTimed } = await linkFor(timeouts);
  const peer = new RawPeer(link.source.stream);
  const target = new FakeTarget(init);
  const result = receiveFromPeer(link.target, () => target, { timeouts, ...(isTimed ? { clock } : {}) });
  const scripted = script(peer, clock);
  const error = await untilOver(clock, result);
  peer.hangUp();
  await Promise.resolve(scripted).catch(() => undefined);
  expect(link.target.stream.destroyed).toBe(true);
  return { target, error, passedMs: clock.now() };
}

/** A sender and a target without manners. */
async function send(script: Script, timeouts = LONG, init?: FakeSourceInit) {
  const { link, clock, isTimed } = await linkFor(timeouts);
  const peer = new RawPeer(link.target.stream);
  const source = new FakeSource(init);
  const result = sendToPeer(source, link.source, { timeouts, ...(isTimed ? { clock } : {}) });
  const scripted = script(peer, clock);
  const error = await untilOver(clock, result);
  peer.hangUp();
  await Promise.resolve(scripted).catch(() => undefined);
  expect(link.source.stream.destroyed).toBe(true);
  return { source, error };
}

const ID = 'a'.repeat(32);
const hello = frame('HELLO', { id: ID, epoch: 1, offer: OFFER });
const ACCEPT = frame('ACCEPT', { epoch: 1 });
const READY = frame('READY', { epoch: 1 });

describe('a receiver', () => {
  test.each<[string, string, (peer: RawPeer) => unknown]>([
    ['says nothing', 'XFR_PEER_SILENT', () => undefined],
    ['says half a preamble', 'XFR_PEER_SILENT', (peer) => peer.say(PREAMBLE.subarray(0, 9))],
    ['speaks HTTP', 'XFR_PROTOCOL_MAGIC', (peer) => peer.say(Buffer.from('GET / HTTP/1.1\r\n\r\n'))],
    ['speaks a later version', 'XFR_PROTOCOL_NEWER', (peer) => peer.say(LATER)],
    [
      'speaks the version before',
      'XFR_PROTOCOL_OLDER',
      (peer) => peer.say(encodePreamble({ oldest: 1, newest: 1 })),
    ],
    ['hangs up at once', 'XFR_CONNECTION_LOST', (peer) => peer.hangUp()],
    ['offers nothing', 'XFR_PEER_SILENT', (peer) => peer.say(PREAMBLE)],
    ['offers nonsense', 'XFR_PROTOCOL', (peer) => peer.say(PREAMBLE, frame('HELLO', { offer: 7 }))],
    [
      'offers JSON without end',
      'XFR_PROTOCOL',
      (peer) => peer.say(PREAMBLE, frame('HELLO', Buffer.from('['.repeat(100_000) + ']'.repeat(100_000)))),
    ],
    ['offers no JSON', 'XFR_PROTOCOL', (peer) => peer.say(PREAMBLE, frame('HELLO', Buffer.from('{')))],
    [
      'asks nonsense',
      'XFR_PROTOCOL',
      (peer) => peer.say(PREAMBLE, frame('STATUS', { id: '../x', epoch: 1 })),
    ],
    ['says BYE first', 'XFR_PROTOCOL', (peer) => peer.say(PREAMBLE, frame('BYE'))],
    ['sends data first', 'XFR_PROTOCOL', (peer) => peer.say(PREAMBLE, frame('DATA', Buffer.from('x')))],
  ])('whose peer %s rejects with %s, and makes no target', async (_what, code, script) => {
    const { target, error } = await receive(script, timeoutsFor(code));
    expect(error).toMatchObject({ code });
    expect(target.calls).toEqual([]);
  });

  test.each<[string, string, readonly Buffer[]]>([
    ['falls silent', 'XFR_PEER_SILENT', [frame('DATA', Buffer.from('x'))]],
    ['falls silent within a frame', 'XFR_PEER_SILENT', [frame('DATA', Buffer.from('xyz')).subarray(0, 10)]],
    ['ends with another digest', 'XFR_DIGEST', [frame('EOS', { blake2b512: 'a'.repeat(128), bytes: 0 })]],
    ['ends with another length', 'XFR_DIGEST', [frame('EOS', { blake2b512: EMPTY_DIGEST, bytes: 1 })]],
    ['says GO before the end', 'XFR_PROTOCOL', [frame('GO', { id: ID, epoch: 1 })]],
    ['says HELLO again', 'XFR_PROTOCOL', [hello]],
    ['sends a frame that is too long', 'XFR_PROTOCOL', [Buffer.from('0400000000100001', 'hex')]],
    [
      'goes on after the end',
      'XFR_PROTOCOL',
      [frame('EOS', { blake2b512: EMPTY_DIGEST, bytes: 0 }), frame('DATA', Buffer.from('x'))],
    ],
    ['never says GO', 'XFR_PEER_SILENT', [frame('EOS', { blake2b512: EMPTY_DIGEST, bytes: 0 })]],
    ...[
      { id: ID, epoch: 2 },
      { id: 'b'.repeat(32), epoch: 1 },
    ].map((other): [string, string, Buffer[]] => [
      `says GO for ${JSON.stringify(other)}`,
      'XFR_EPOCH',
      [frame('EOS', { blake2b512: EMPTY_DIGEST, bytes: 0 }), frame('GO', other)],
    ]),
  ])('whose peer %s rejects with %s, and abandons', async (_what, code, frames) => {
    const { target, error } = await receive(
      (peer) => peer.say(PREAMBLE, hello, ...frames),
      timeoutsFor(code),
    );
    expect(error).toMatchObject({ code });
    expect(target.calls).not.toContain('start');
    expect(target.state).toBe('abandoned');
  });

  test('waits no longer than it should for a peer that sends a byte now and then', async () => {
    let stop = (): void => undefined;
    const { error } = await receive((peer, clock) => {
      peer.say(PREAMBLE, hello, frame('DATA', Buffer.alloc(1000)).subarray(0, 10));
      stop = drip(clock, 10, () => peer.say(Buffer.alloc(1)));
    }, SHORT);
    stop();
    expect(error).toMatchObject({ code: 'XFR_PEER_SILENT', kind: 'timeout' });
  });

  test.each<[string, Buffer]>([
    ['a frame of one byte', frame('DATA', Buffer.from('x'))],
    ['PING', frame('PING', Buffer.alloc(0))],
    ['zeros that have come before', frame('ZEROS', Buffer.from('00100000', 'hex'))],
  ])('gives up a source that sends %s now and then instead of an image', async (_what, bytes) => {
    let stop = (): void => undefined;
    const { target, error } = await receive((peer, clock) => {
      peer.say(PREAMBLE, hello);
      stop = drip(clock, 20, () => peer.say(bytes));
    }, SHORT);
    stop();
    expect(error).toMatchObject({ code: 'XFR_PEER_SLOW', kind: 'timeout' });
    expect(target.state).toBe('abandoned');
  });

  test('reads no image that never ends', async () => {
    let flood: NodeJS.Timeout | undefined;
    const { target, error } = await receive(
      (peer) => {
        peer.say(PREAMBLE, hello);
        flood = setInterval(() => peer.say(frame('DATA', Buffer.alloc(2 ** 19))), 5);
      },
      LONG,
      { readsBytes: 1 },
    );
    clearInterval(flood);
    expect(error).toMatchObject({ code: 'XFR_PROTOCOL', message: expect.stringContaining('behind its end') });
    expect(target.state).toBe('abandoned');
  });

  test('answers no more questions than a real source has', async () => {
    const link = (await LINKS['tcp']?.()) as Link;
    const peer = new RawPeer(link.source.stream);
    let answers = 0;
    const served = receiveFromPeer(link.target, () => new FakeTarget(), {
      timeouts: LONG,
      onStep: ({ when, kind }) => void (answers += when === 'after' && kind === 'send' ? 1 : 0),
    });
    peer.say(PREAMBLE, ...Array<Buffer>(100).fill(frame('STATUS', { id: ID, epoch: 1 })));
    expect(await served).toBeUndefined();
    expect(answers).toBe(16);
    expect(link.target.stream.destroyed).toBe(true);
    peer.hangUp();
  });

  test('takes a frame that comes byte by byte, and no memory for it', async () => {
    const { error } = await receive((peer) => {
      for (const byte of Buffer.concat([PREAMBLE, hello, frame('DATA', Buffer.alloc(2000)), frame('BYE')])) {
        peer.say(Buffer.of(byte));
      }
    });
    expect(error).toMatchObject({
      code: 'XFR_PROTOCOL',
      details: { frame: 'BYE' },
    });
  });

  test('takes a peer that only sends PING for alive, as long as that is its turn', async () => {
    let stop = (): void => undefined;
    const { error, passedMs } = await receive((peer, clock) => {
      peer.say(PREAMBLE, hello, frame('EOS', { blake2b512: EMPTY_DIGEST, bytes: 0 }));
      stop = drip(clock, 20, () => peer.say(frame('PING', Buffer.alloc(0))));
    }, SHORT);
    stop();
    expect(error).toMatchObject({ code: 'XFR_PEER_SILENT', message: expect.stringContaining('GO') });
    expect(passedMs).toBeGreaterThanOrEqual(ANSWER_MS);
  });

  test('wants an image that is whole even when the target had enough', async () => {
    const frames = [frame('DATA', Buffer.from('x')), frame('EOS', { blake2b512: 'a'.repeat(128), bytes: 1 })];
    const { target, error } = await receive((peer) => peer.say(PREAMBLE, hello, ...frames), LONG, {
      readsBytes: 1,
    });
    expect(error).toMatchObject({ code: 'XFR_DIGEST', kind: 'corrupt' });
    expect(target.state).toBe('abandoned');
  });
});

describe('a sender', () => {
  const restored = (peer: RawPeer): Promise<RawPeer> => peer.say(PREAMBLE, ACCEPT).heard('blake2b512');
  const started = async (peer: RawPeer): Promise<RawPeer> =>
    (await restored(peer)).say(READY).heard('\u0007\0\0\0\0\0\0\u0033'); // GO

  test.each<[string, string, (peer: RawPeer) => unknown]>([
    ['says nothing', 'XFR_PEER_SILENT', () => undefined],
    ['speaks HTTP', 'XFR_PROTOCOL_MAGIC', (peer) => peer.say(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))],
    ['speaks a later version', 'XFR_PROTOCOL_NEWER', (peer) => peer.say(LATER)],
    [
      'speaks the version before',
      'XFR_PROTOCOL_OLDER',
      (peer) => peer.say(encodePreamble({ oldest: 1, newest: 1 })),
    ],
    ['never accepts', 'XFR_PEER_SILENT', (peer) => peer.say(PREAMBLE)],
    ['is ready too early', 'XFR_PROTOCOL', (peer) => peer.say(PREAMBLE, READY)],
    ['is ready before the end', 'XFR_PROTOCOL', (peer) => peer.say(PREAMBLE, ACCEPT, READY)],
    ['falls silent', 'XFR_PEER_SILENT', (peer) => peer.say(PREAMBLE, ACCEPT)],
    ['hangs up', 'XFR_CONNECTION_LOST', async (peer) => (await restored(peer)).hangUp()],
    [
      'runs it unasked',
      'XFR_PROTOCOL',
      async (peer) => (await restored(peer)).say(frame('RUNNING', { domid: 1, at: 1 })),
    ],
  ])('whose peer %s rejects with %s, and the guest runs', async (_what, code, script) => {
    const { source, error } = await send(script, timeoutsFor(code));
    expect(error).toMatchObject({ code, guest: { state: 'still running on the source' } });
    expect(source.state).toBe('running');
  });

  test.each<[string, string, (peer: RawPeer) => unknown]>([
    ['falls silent', 'XFR_PEER_SILENT', () => undefined],
    ['hangs up', 'XFR_CONNECTION_LOST', (peer) => peer.hangUp()],
    ['talks nonsense', 'XFR_PROTOCOL', (peer) => peer.say(frame('RUNNING', { domid: 'seven' }))],
    ['says READY again', 'XFR_PROTOCOL', (peer) => peer.say(READY)],
    ['does not know yet', 'XFR_PENDING', (peer) => peer.say(frame('PENDING'))],
  ])(
    'whose peer %s after GO does not know, and leaves the guest suspended (%s)',
    async (_what, code, script) => {
      const { source, error } = await send(async (peer) => script(await started(peer)), timeoutsFor(code));
      expect(error).toMatchObject({ code: 'XFR_UNCERTAIN', kind: 'uncertain', cause: { code } });
      expect(source.state).toBe('suspended');
    },
  );

  test('whose peer had given up before it saw GO gets the guest back', async () => {
    const error = { code: 'INTERRUPTED', kind: 'interrupted', message: 'interrupted' };
    const sent = await send(async (peer) =>
      (await started(peer)).say(frame('FENCED', { error, tried: false })),
    );
    expect(sent.error).toMatchObject({ code: 'XFR_PEER_ABORTED', kind: 'aborted-safe' });
    expect(sent.source.state).toBe('running');
  });

  test('goes back to no earlier epoch', async () => {
    const { error } = await send((peer) => peer.say(PREAMBLE, frame('ACCEPT', { epoch: 0 })));
    expect(error).toMatchObject({ code: 'XFR_PROTOCOL', guest: { state: 'still running on the source' } });
  });

  test('whose peer has lost its journal does not ask in vain', async () => {
    const { source, error } = await send(async (peer) => (await started(peer)).say(frame('UNKNOWN')));
    expect(error).toMatchObject({ code: 'XFR_UNCERTAIN', hint: expect.stringContaining('--owner') });
    expect(source.state).toBe('suspended');
  });

  test('waits no longer than it should for a peer that lives and takes no data', async () => {
    const link = (await LINKS['memory']?.()) as Link;
    const source = new FakeSource({ chunks: 100 });
    link.target.stream.write(Buffer.concat([PREAMBLE, ACCEPT]));
    const clock = new ManualClock();
    const stop = drip(clock, 20, () => link.target.stream.write(frame('PING', Buffer.alloc(0))));
    const sent = sendToPeer(source, link.source, { timeouts: SHORT, clock });
    expect(await untilOver(clock, sent)).toMatchObject({
      code: 'XFR_PEER_SILENT',
      message: expect.stringContaining('took no data'),
    });
    stop();
    expect(source.state).toBe('running');
  });
});
