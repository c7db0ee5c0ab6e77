import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { ManualClock, parseSchedule } from '@vm-tools/ratelimit';
import type { ObservedEvent, TransferSummary } from '../events.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { FakeTarget } from '../testing/fake-target.ts';
import { LINKS, type Link } from '../testing/links.ts';
import { startReceiving, startRestoring, startSaving, startTransfer } from './start.ts';
import type { Transfer } from './transfer.ts';

const link = (): Promise<Link> => LINKS['memory']!();
const ends = <T>(promise: Promise<T>): Promise<unknown> => promise.catch((thrown: unknown) => thrown);

async function observe(transfer: AsyncIterable<ObservedEvent>): Promise<ObservedEvent[]> {
  const heard = [];
  for await (const event of transfer) heard.push(event);
  return heard;
}

const phases = (events: readonly ObservedEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));

test('both ends are told which transfer it is, and all observers hear all of it', async () => {
  const { source: here, target: there } = await link();
  const sent = startTransfer(new FakeSource(), here);
  const received = startReceiving(there, () => new FakeTarget());
  const [one, two, other] = await Promise.all([sent, sent, received].map(observe));
  const summary = await sent.result;
  expect(one!.at(-1)).toEqual({ type: 'completed', summary });
  expect(phases(one!)).toEqual(phases(two!));
  expect(phases(one!).at(-1)).toBe('starting');
  expect(one!.map(({ type }) => type).slice(0, 4)).toEqual(['phase', 'progress', 'phase', 'progress']);
  const began = one!.find(({ type }) => type === 'began');
  expect(began).toMatchObject({ role: 'source', guest: { name: 'web1' }, id: sent.id });
  expect(other!.find(({ type }) => type === 'began')).toMatchObject({ role: 'target', id: sent.id });
  expect(phases(await observe(sent))).toEqual(phases(one!)); // and an observer that comes after the end
  expect(sent.figures).toMatchObject({ transferred: summary.transferred, remaining: 0 });
  expect(() => sent.cancel()).toThrow(expect.objectContaining({ code: 'XFR_TOO_LATE' }));
});

test('an observer that never reads, and one that goes, hold up no other', async () => {
  const { source: here, target: there } = await link();
  const sent = startTransfer(new FakeSource(), here);
  startReceiving(there, () => new FakeTarget());
  const idle = sent[Symbol.asyncIterator]();
  await idle.next();
  for await (const event of sent) if (event.type === 'began') break;
  await sent.result;
  expect(phases(await observe(idle)).at(-1)).toBe('starting');
});

const MOMENTS = ['connecting', 'reserving', 'precopy', 'suspending', 'stop-and-copy', 'finishing'] as const;

test.each(MOMENTS)('cancelled while it is %s, the guest stays and the target has nothing', async (moment) => {
  const { source: here, target: there } = await link();
  const [source, target] = [new FakeSource(), new FakeTarget()];
  const sent: Transfer = startTransfer(source, here, {
    onEvent: (event) => {
      if (event.type === 'phase' && event.phase === moment) queueMicrotask(() => sent.cancel('no more'));
    },
  });
  const received = ends(startReceiving(there, () => target).result);
  const heard = await observe(sent);
  const error = await ends(sent.result);
  expect(error).toMatchObject({
    code: 'XFR_CANCELLED',
    kind: 'aborted-safe',
    message: 'given up: no more',
    guest: { state: 'still running on the source' },
  });
  expect(heard.at(-1)).toEqual({ type: 'failed', error });
  await received;
  expect(source.state).toBe('running');
  expect(['nothing', 'abandoned']).toContain(target.state);
});

test.each(['source', 'target'] as const)(
  'at the %s it is too late as soon as its last line is written',
  async (side) => {
    const { source: here, target: there } = await link();
    const [source, target] = [new FakeSource(), new FakeTarget()];
    const refusals: unknown[] = [];
    const onStep = (): void => {
      try {
        transfers[side].cancel();
      } catch (thrown) {
        refusals.push(thrown);
      }
    };
    const last = side === 'source' ? 'committed' : 'owner';
    const options = {
      onStep: ({ kind, name }: { kind: string; name: string }) => {
        if (kind === 'journal' && name === last) onStep();
      },
    };
    const transfers = {
      source: startTransfer(source, here, side === 'source' ? options : {}) as Transfer<
        TransferSummary | undefined
      >,
      target: startReceiving(there, () => target, side === 'target' ? options : {}),
    };
    await Promise.all([transfers.source.result, transfers.target.result]);
    expect([source.state, target.state]).toEqual(['destroyed', 'running']);
    expect(refusals).toHaveLength(2);
    expect(refusals[0]).toMatchObject({
      code: 'XFR_TOO_LATE',
      hint: expect.stringContaining(`vm-migrate resolve ${transfers.source.id?.slice(0, 8)}`),
    });
  },
);

test('the target may give it up, too', async () => {
  const { source: here, target: there } = await link();
  const [source, target] = [new FakeSource(), new FakeTarget({ onRestored: () => received.cancel('full') })];
  const sent = startTransfer(source, here);
  const received: Transfer<TransferSummary | undefined> = startReceiving(there, () => target);
  expect(await ends(received.result)).toMatchObject({ code: 'XFR_CANCELLED' });
  expect(await ends(sent.result)).toMatchObject({ code: 'XFR_PEER_ABORTED', kind: 'aborted-safe' });
  expect([source.state, target.state]).toEqual(['running', 'abandoned']);
});

test('a new rate lets go of what the old one has held up', async () => {
  const { source: here, target: there } = await link();
  const sent = startTransfer(new FakeSource(), here, { rate: 1 });
  const received = startReceiving(there, () => new FakeTarget(), { rate: 1 });
  for await (const event of sent) if (event.type === 'phase' && event.phase === 'precopy') break;
  expect(sent.settings.bwlimit).toBe('1 B/s');
  sent.setRate(parseSchedule('off'));
  received.setRate(Infinity);
  expect(await sent.result).toMatchObject({ transferred: 1_000_000 });
  expect(await observe(sent)).toContainEqual({ type: 'changed', bwlimit: 'off' });
});

test.each([
  ['no limit', {}, 5],
  ['a limit of its own', { stopAndCopyRate: 200_000 }, 5 + 10],
])('a guest that is stopped is sent with %s', async (_, options, seconds) => {
  const { source: here, target: there } = await link();
  const clock = new ManualClock();
  // The first half of it is sent while it runs: 2 000 000 bytes.
  const sent = startTransfer(new FakeSource({ chunks: 80 }), here, { rate: 400_000, clock, ...options });
  const received = startReceiving(there, () => new FakeTarget());
  const over = new AbortController();
  const isOver = (): boolean => over.signal.aborted;
  void Promise.all([sent.result, received.result]).then(() => over.abort());
  let waited = 0;
  for (; !isOver() && waited < 60; waited += 0.5) {
    await clock.advance(500);
    for (let turns = 0; turns < 50 && !isOver(); turns += 1) await turn(); // what needs no time happens now
  }
  expect(Math.abs(waited - seconds)).toBeLessThanOrEqual(1.5);
});

test('a change is made as a whole, or not at all', async () => {
  const { source: here, target: there } = await link();
  const budget = { maxDowntimeMs: 300, onNoConvergence: 'force' as const };
  const sent = startTransfer(new FakeSource(), here, { rate: 1, budget });
  const received = startReceiving(there, () => new FakeTarget());
  sent.change({ maxDowntimeMs: 50, onNoConvergence: 'abort', stopAndCopyRate: 1000 });
  expect(budget).toEqual({ maxDowntimeMs: 50, onNoConvergence: 'abort' });
  expect(sent.settings).toEqual({
    bwlimit: '1 B/s',
    stopAndCopyBwlimit: '1000 B/s',
    maxDowntimeMs: 50,
    onNoConvergence: 'abort',
  });
  const notHere = expect.objectContaining({ code: 'XFR_NOT_HERE', kind: 'usage' });
  expect(() => received.change({ rate: 1, maxDowntimeMs: 50 })).toThrow(notHere);
  expect(() => received.change({ rate: 1, stopAndCopyRate: 50 })).toThrow(notHere);
  expect(received.settings).toEqual({ bwlimit: 'off' });
  sent.cancel();
  await Promise.all([ends(sent.result), ends(received.result)]);
});

test('a save and a restore are watched and steered in the same way', async () => {
  const image = new PassThrough();
  const saved = startSaving(new FakeSource(), image, { afterwards: 'destroy', rate: 1 });
  const target = new FakeTarget();
  const restored = startRestoring(image, target, { rate: 1 });
  for (const transfer of [saved, restored]) transfer.setRate(Infinity);
  expect((await saved.result).transferred).toBe(1_000_000);
  expect((await restored.result).domid).toBe(7);
  expect(saved.id).toBeUndefined();

  const folder = await mkdtemp(join(tmpdir(), 'xfr-start-'));
  const unpaced = startSaving(new FakeSource(), join(folder, 'web1.img'), { afterwards: 'destroy' });
  expect(() => unpaced.setRate(1)).toThrow(expect.objectContaining({ code: 'XFR_NOT_PACED', kind: 'usage' }));
  await unpaced.result;
  await rm(folder, { recursive: true });

  const given = startSaving(new FakeSource(), new PassThrough(), { afterwards: 'resume', rate: 1 });
  given.cancel();
  expect(await ends(given.result)).toMatchObject({ code: 'XFR_CANCELLED', kind: 'aborted-safe' });
});
