import { duplexPair } from 'node:stream';
import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { Channel } from './channel.ts';
import { PendingCalls, type Answer } from './pending-calls.ts';
import { ServedCalls } from './served-calls.ts';

const broken = (message: string): VmToolsError => new VmToolsError({ code: 'BROKEN', message });
const limits = { sendBytes: 1000, receiveBytes: 1000, broken };

type Told = { readonly type: 'told'; readonly id: number; readonly what: string };

/** A caller and the side that serves it, over a connection. */
function pair(work: (what: string, signal: AbortSignal) => Promise<unknown>): {
  call: (what: string, onMore?: (message: Told) => void) => Promise<unknown>;
  pending: PendingCalls<Told>;
  served: ServedCalls;
  channels: readonly [Channel, Channel];
} {
  const [near, far] = duplexPair().map((end) => new Channel(end, limits)) as [Channel, Channel];
  const pending = new PendingCalls<Told>();
  const served = new ServedCalls((answer) => far.send(answer));
  near.open(
    (message) => pending.receive(message as Answer | Told),
    () => pending.lose(new VmToolsError({ code: 'LOST', message: 'gone' })),
  );
  far.open(
    (message) => {
      const { id, what } = message as { id: number; what: string };
      far.send({ type: 'told', id, what });
      if (!served.start(id, (signal) => work(what, signal))) throw broken('taken');
    },
    () => served.abortAll(new VmToolsError({ code: 'LOST', message: 'gone' })),
  );
  const call = async (what: string, onMore?: (message: Told) => void): Promise<unknown> => {
    using open = pending.open(onMore);
    near.send({ id: open.id, what });
    return await open.answer;
  };
  return { call, pending, served, channels: [near, far] };
}

test('a call is answered with its result or its error, and hears what is said in between', async () => {
  const { call } = pair(async (what) => {
    if (what === 'bad') throw new VmToolsError({ code: 'BAD', message: 'no', log: ['why'] });
    return what.length;
  });
  const heard: string[] = [];
  const [first, second] = [call('good', ({ what }) => heard.push(what)), call('longer')];
  expect(await Promise.all([first, second])).toEqual([4, 6]);
  expect(heard).toEqual(['good']);
  await expect(call('bad')).rejects.toMatchObject({ code: 'BAD', log: ['why'] });
});

test('a result that is too long to be sent fails the call, and the next is served', async () => {
  const { call } = pair(async (what) => (what === 'long' ? 'x'.repeat(2000) : what));
  await expect(call('long')).rejects.toMatchObject({ code: 'BROKEN' });
  expect(await call('short')).toBe('short');
});

test('an answer for a call whose caller waits no more is passed over', () => {
  const pending = new PendingCalls<Told>();
  pending.receive({ type: 'done', id: 7 });
  const call = pending.open();
  call[Symbol.dispose]();
  pending.receive({ type: 'done', id: call.id });
  pending.receive({ type: 'told', id: call.id, what: 'late' });
});

test('a connection that is lost fails what waits and what follows, and ends what is under way', async () => {
  const { call, pending, served, channels } = pair(
    (_, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      ),
  );
  const waiting = call('for ever');
  while (served.size === 0) await new Promise(setImmediate);
  for (const channel of channels) channel.close();
  await expect(waiting).rejects.toMatchObject({ code: 'LOST' });
  await served.ended();
  expect(served.size).toBe(0);
  await expect(call('again')).rejects.toBe(pending.lost);
});

test('an abort ends one call; its number is free again when it has ended', async () => {
  const served = new ServedCalls(() => undefined);
  const until = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  expect(served.start(1, until)).toBe(true);
  expect(served.start(2, until)).toBe(true);
  expect(served.start(1, until)).toBe(false);
  served.abort(3);
  served.abort(1);
  while (served.size === 2) await new Promise(setImmediate);
  expect(served.start(1, async () => undefined)).toBe(true);
  served.abortAll(broken('over'));
  await served.ended();
  expect(served.size).toBe(0);
});
