import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import type { SaveControl, SaveReport } from '@vm-tools/ports';
import { Channel } from '../protocol/channel.ts';
import { DEFAULT_TIMEOUTS } from '../protocol/timeouts.ts';
import { sendToPeer } from '../source/send.ts';
import { receiveFromPeer } from '../target/receive.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { FakeTarget } from '../testing/fake-target.ts';
import { LINKS, type Link } from '../testing/links.ts';
import { ImageWindow } from './window.ts';

const MIB = 2 ** 20;
const { signal } = new AbortController();

/** Both ends of a link, speaking the newest version, or an older one. */
async function channels(newest?: number): Promise<{ source: Channel; target: Channel; end: () => void }> {
  const link = (await LINKS['memory']?.()) as Link;
  const source = new Channel(link.source, 'target', DEFAULT_TIMEOUTS);
  const target = new Channel(link.target, 'source', DEFAULT_TIMEOUTS);
  const range = newest === undefined ? undefined : { oldest: 2, newest };
  await Promise.all([source.negotiate(signal), target.negotiate(signal, range)]);
  const end = (): void => {
    link.cut();
    void Promise.all([source.close(), target.close()]);
  };
  return { source, target, end };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const done = (): void => void (pending = false);
  promise.then(done, done);
  for (let turns = 0; turns < 5; turns += 1) await turn();
  return pending;
}

test('nothing is sent beyond the window until the target has taken of it', async () => {
  const { source, target, end } = await channels();
  const window = new ImageWindow(source, patient(30_000), 4 * MIB);
  source.peek().catch(() => undefined);
  await window.enter(3 * MIB, signal);
  const second = window.enter(2 * MIB, signal);
  expect(await isPending(second)).toBe(true);
  await target.send('TAKEN', { bytes: MIB });
  await second;
  const all = window.taken(signal);
  await target.send('TAKEN', { bytes: 4 * MIB });
  expect(await isPending(all)).toBe(true);
  await target.send('TAKEN', { bytes: 5 * MIB });
  await all;
  await window.enter(9 * MIB, signal); // more than a window: alone
  end();
});

test('a target that takes nothing any more is given up', async () => {
  const { source, end } = await channels();
  const window = new ImageWindow(source, 20, 4 * MIB);
  await window.enter(MIB, signal);
  await expect(window.taken(signal)).rejects.toMatchObject({ code: 'XFR_PEER_SILENT', kind: 'timeout' });
  end();
});

test('one of an older release does not say, and is not waited for', async () => {
  const { source, target, end } = await channels(3);
  expect([source.tellsTaken, target.tellsTaken]).toEqual([false, false]);
  const window = new ImageWindow(source, 20, MIB);
  for (let count = 0; count < 9; count += 1) await window.enter(MIB, signal);
  await window.taken(signal);
  end();
});

test.each([
  ['more than was sent', [2 * MIB]],
  ['less than before', [MIB, MIB - 1]],
])('a count of %s is no count', async (_, counts) => {
  const { source, target, end } = await channels();
  const window = new ImageWindow(source, patient(30_000));
  await window.enter(MIB, signal);
  for (const bytes of counts) await target.send('TAKEN', { bytes });
  await expect(source.peek()).rejects.toMatchObject({ code: 'XFR_PROTOCOL', kind: 'peer' });
  end();
});

test('a target cannot be told how much it has taken', async () => {
  const { source, target, end } = await channels();
  await source.send('TAKEN', { bytes: 0 });
  await expect(target.expect(['HELLO'], { limitMs: patient(30_000) })).rejects.toMatchObject({
    code: 'XFR_PROTOCOL',
  });
  end();
});

/** Writes zeros, which cost next to nothing on the wire, and asks in between which side has them. */
class Rounds extends FakeSource {
  readonly taken: boolean[] = [];
  readonly #isTaken: (bytes: number) => boolean;

  constructor(isTaken: (bytes: number) => boolean) {
    super();
    this.#isTaken = isTaken;
  }

  override async save(sink: Writable, control: SaveControl): Promise<SaveReport> {
    for (let round = 1; round <= 3; round += 1) {
      if (!sink.write(Buffer.alloc(8 * MIB))) await once(sink, 'drain', control);
      await control.taken?.();
      this.taken.push(this.#isTaken(round * 8 * MIB));
    }
    sink.end();
    this.state = 'suspended';
    return { iterations: 3, pages: 0, bytes: 24 * MIB, suspendedAt: performance.now() };
  }
}

test('a round is over when a slow target has taken it, zeros too', async () => {
  const link = (await LINKS['tcp']?.()) as Link;
  const target = new FakeTarget({ onChunk: () => turn() });
  // Bytes that a stream holds on their way to the restore are no lag.
  const source = new Rounds((bytes) => target.bytes >= bytes - 2 * MIB);
  const moved = sendToPeer(source, link.source);
  await Promise.all([moved, receiveFromPeer(link.target, () => target)]);
  expect(source.taken).toEqual([true, true, true]);
  expect(target.bytes).toBe(24 * MIB);
});
