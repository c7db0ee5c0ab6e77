import { duplexPair, type Duplex } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLimiter } from '@vm-tools/ratelimit';
import { patient } from '@vm-tools/ratelimit/testing';
import type { Connection } from '../protocol/connection.ts';
import { PullReader } from '../protocol/pull-reader.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { FakeTarget, type FakeTargetInit } from '../testing/fake-target.ts';
import { imageChunk, imageDigest } from '../testing/image-bytes.ts';
import { XL } from './messages.ts';
import { receiveFromXl } from './receive-from-xl.ts';
import { sendToXl } from './send-to-xl.ts';

const [CHUNKS, CHUNK_BYTES] = [20, 50_000];
const BYTES = CHUNKS * CHUNK_BYTES;

/** `xl migrate`, which does these things in turn and notes what it hears. */
class Xl {
  readonly connection: Connection;
  readonly heard: string[] = [];
  readonly #stream: Duplex;
  readonly #reader: PullReader;

  constructor() {
    const [ours, theirs] = duplexPair();
    this.#stream = ours;
    this.#reader = new PullReader(ours, 'the target');
    this.connection = { stream: theirs, peer: 'xl', isConfidential: true };
  }

  async hear(text: string): Promise<void> {
    this.heard.push((await this.#reader.readExactly(Buffer.byteLength(text), 'a word')).toString());
  }

  async hearStatus(): Promise<void> {
    this.heard.push(String((await this.#reader.readExactly(1, 'the status')).readUInt8()));
  }

  say(bytes: string | Buffer): void {
    this.#stream.write(bytes);
  }

  sendImage(chunks = CHUNKS): void {
    for (let index = 0; index < chunks; index += 1) this.say(imageChunk(index, CHUNK_BYTES));
  }

  hangUp(): void {
    this.#stream.destroy();
  }

  async toGo(): Promise<void> {
    await this.hear(XL.banner);
    this.sendImage();
    await this.hear(XL.ready);
    this.say(XL.go);
  }
}

function world(init: FakeTargetInit = {}, options: object = {}) {
  const xl = new Xl();
  const target = new FakeTarget({ readsBytes: BYTES, ...init });
  const timeouts = { answerMs: patient(20_000) };
  const received = receiveFromXl(xl.connection, target, { timeouts, ...options });
  received.catch(() => undefined);
  return { xl, target, received };
}

test.each([
  ['without a limit', {}],
  ['with one', { limiter: createLimiter({ rate: 50e6 }) }],
])('the guest of xl runs here, and xl is told, %s', async (_how, options) => {
  const { xl, target, received } = world({}, options);
  await xl.toGo();
  await xl.hear(XL.report);
  await xl.hearStatus();
  expect(await received).toMatchObject({ domid: 7, transferred: BYTES });
  expect(xl.heard).toEqual([XL.banner, XL.ready, XL.report, '0']);
  expect(target).toMatchObject({ state: 'running', sha256: imageDigest(CHUNKS, CHUNK_BYTES) });
});

test('xl that hangs up in the image leaves nothing here', async () => {
  const { xl, target, received } = world();
  await xl.hear(XL.banner);
  xl.sendImage(3);
  xl.hangUp();
  await expect(received).rejects.toMatchObject({ guest: { state: 'still running on the source' } });
  expect(target.state).toBe('abandoned');
});

test.each<[string, (xl: Xl) => void, string]>([
  ['that hangs up before the word to go', (xl) => xl.hangUp(), 'XFR_XL_HUNG_UP'],
  ['that says something else', (xl) => xl.say('domain is mine'), 'XFR_PROTOCOL'],
])('xl %s gets its guest back', async (_what, act, code) => {
  const { xl, target, received } = world();
  await xl.hear(XL.banner);
  xl.sendImage();
  await xl.hear(XL.ready);
  act(xl);
  await expect(received).rejects.toMatchObject({ code, kind: 'peer' });
  expect(target.calls).not.toContain('start');
  expect(target.state).toBe('abandoned');
});

test('xl that never says to go is not waited for', async () => {
  const { xl, target, received } = world({}, { timeouts: { answerMs: patient(50) } });
  await xl.hear(XL.banner);
  xl.sendImage();
  await expect(received).rejects.toMatchObject({ code: 'XFR_PEER_SILENT', kind: 'timeout' });
  expect(target.state).toBe('abandoned');
});

test('an abort before that word leaves nothing, one behind it is too late', async () => {
  const early = new AbortController();
  const onChunk = (bytes: number): void => {
    if (bytes > 300_000) early.abort();
  };
  const first = world({ onChunk }, { signal: early.signal });
  await first.xl.hear(XL.banner);
  first.xl.sendImage();
  await expect(first.received).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(first.target.state).toBe('abandoned');

  const late = new AbortController();
  const second = world({ onStart: () => late.abort() }, { signal: late.signal });
  await second.xl.toGo();
  await second.xl.hear(XL.report);
  expect(await second.received).toMatchObject({ domid: 7 });
});

test('a start that fails gives the guest back when it is gone here', async () => {
  const { xl, target, received } = world({ onStart: () => Promise.reject(new Error('no processor')) });
  await xl.toGo();
  await xl.hear(XL.report);
  await xl.hearStatus();
  await xl.hear(XL.go);
  expect(xl.heard.slice(2)).toEqual([XL.report, '1', XL.go]);
  await expect(received).rejects.toMatchObject({ message: 'no processor' });
  expect(target.state).toBe('abandoned');
});

test('what may still be here is not given back', async () => {
  const { xl, received } = world({
    onStart: () => Promise.reject(new Error('no processor')),
    onAbandon: () => Promise.reject(new Error('it stays')),
  });
  await xl.toGo();
  await xl.hear(XL.report);
  await xl.hearStatus();
  await expect(received).rejects.toMatchObject({
    leftovers: [expect.stringContaining('it stays')],
  });
  await expect(xl.hear(XL.go)).rejects.toMatchObject({ code: 'XFR_CONNECTION_LOST' });
});

test('a report that does not arrive is a warning: the guest runs here', async () => {
  const timeouts = { answerMs: patient(100) };
  const { xl, target, received } = world({ onStarted: () => xl.hangUp() }, { timeouts });
  await xl.toGo();
  expect(await received).toMatchObject({
    domid: 7,
    warnings: [{ code: 'XFR_W_LEFTOVER', hint: expect.stringContaining('--migratedaway') }],
  });
  expect(target.state).toBe('running');
});

test('both ends of ours understand each other', async () => {
  const source = new FakeSource();
  const [ours, theirs] = duplexPair();
  const end = (stream: Duplex, peer: string): Connection => ({ stream, peer, isConfidential: true });
  const target = new FakeTarget({ readsBytes: source.bytes });
  const [sent, received] = await Promise.all([
    sendToXl(source, () => Promise.resolve(end(ours, 'b')), { address: 'xl+ssh://b' }),
    receiveFromXl(end(theirs, 'a'), target),
  ]);
  expect([sent.transferred, received.transferred]).toEqual([source.bytes, source.bytes]);
  expect([source.state, target.state]).toEqual(['destroyed', 'running']);
});
