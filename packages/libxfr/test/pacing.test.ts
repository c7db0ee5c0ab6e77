import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { abortError } from '@vm-tools/errors';
import type { Limiter } from '@vm-tools/ratelimit';
import { saveToFile } from '../src/source/save-to-file.ts';
import { sendToPeer } from '../src/source/send.ts';
import { receiveFromPeer } from '../src/target/receive.ts';
import { restoreFromFile } from '../src/target/restore-from-file.ts';
import { FakeSource } from '../src/testing/fake-source.ts';
import { FakeTarget } from '../src/testing/fake-target.ts';
import { LINKS, type Link } from '../src/testing/links.ts';

/** Lets through exactly what was granted, and says when a sender waits for more. */
class Gate implements Limiter {
  readonly rate = 1000;
  readonly burst = 10_000;
  #granted: number;
  readonly #starved = Promise.withResolvers<undefined>();
  readonly #opened = Promise.withResolvers<undefined>();

  constructor(granted: number) {
    this.#granted = granted;
  }

  get starved(): Promise<undefined> {
    return this.#starved.promise;
  }

  open(): void {
    this.#granted = Infinity;
    this.#opened.resolve(undefined);
  }

  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    if (bytes > this.#granted) {
      this.#starved.resolve(undefined);
      const { promise, reject } = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => reject(abortError(signal, 'waiting')), { once: true });
      await Promise.race([this.#opened.promise, promise]);
    }
    this.#granted -= bytes;
  }

  setRate(): void {
    throw new Error('the rate is not changed here');
  }
}

const GRANTED = 300_000;

test.each(['send', 'receive'] as const)('no byte more than the limiter grants passes on %s', async (side) => {
  const link = (await LINKS['tcp']?.()) as Link;
  const [source, target, gate] = [new FakeSource(), new FakeTarget(), new Gate(GRANTED)];
  const limited = { limiter: gate };
  const transfer = Promise.all([
    sendToPeer(source, link.source, side === 'send' ? limited : {}),
    receiveFromPeer(link.target, () => target, side === 'receive' ? limited : {}),
  ]);
  await gate.starved;
  expect(target.bytes).toBeLessThanOrEqual(GRANTED);
  gate.open();
  await transfer;
  expect(target.bytes).toBe(source.bytes);
});

test('a limiter holds for files too', async () => {
  const gate = new Gate(GRANTED);
  const stream = new PassThrough();
  const image = buffer(stream);
  const saved = saveToFile(new FakeSource(), stream, { afterwards: 'destroy', limiter: gate });
  await gate.starved;
  gate.open();
  const bytes = await image;
  await saved;

  const [target, again] = [new FakeTarget(), new Gate(GRANTED)];
  const origin = new PassThrough();
  origin.end(bytes);
  const restored = restoreFromFile(origin, target, { limiter: again });
  await again.starved;
  expect(target.bytes).toBeLessThanOrEqual(GRANTED);
  again.open();
  await restored;
  expect(target.bytes).toBe(1_000_000);
});

test('an abort ends the waiting for the limiter', async () => {
  const link = (await LINKS['tcp']?.()) as Link;
  const [source, target, gate] = [new FakeSource(), new FakeTarget(), new Gate(GRANTED)];
  const abort = new AbortController();
  const transfer = Promise.allSettled([
    sendToPeer(source, link.source, { limiter: gate, signal: abort.signal }),
    receiveFromPeer(link.target, () => target),
  ]);
  await gate.starved;
  abort.abort();
  const [sent] = await transfer;
  expect(sent).toMatchObject({ reason: { code: 'INTERRUPTED', kind: 'aborted-safe' } });
  expect([source.state, target.state]).toEqual(['running', 'abandoned']);
});
