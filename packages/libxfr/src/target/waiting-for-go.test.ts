import { expect, test } from '@jest/globals';
import type { TransferId } from '../journal/record.ts';
import { Channel } from '../protocol/channel.ts';
import { WaitingForGo } from './waiting-for-go.ts';

const ID = '5f0b2a52-0000-4000-8000-000000000001' as TransferId;
const OTHER = '5f0b2a52-0000-4000-8000-000000000002' as TransferId;

/** A connection of which only its peer matters. */
const from = (who: string | undefined): Channel =>
  Object.defineProperty(Object.create(Channel.prototype) as Channel, 'who', { value: who });

test('GO of the peer that brought the guest reaches the session in which it waits, which says when it is through', async () => {
  const waitingForGo = new WaitingForGo();
  using waiting = waitingForGo.enter(ID, 3, 'a');
  const channel = from('a');
  const brought = waitingForGo.bring(ID, 3, channel);
  expect(brought).toBeDefined();
  const arrival = await waiting.arrival;
  expect(arrival.channel).toBe(channel);
  let isThrough = false;
  void brought?.then(() => (isThrough = true));
  await Promise.resolve();
  expect(isThrough).toBe(false);
  arrival.done();
  await brought;
});

test.each([
  ['another epoch, an earlier one', ID, 2, 'a'],
  ['another epoch, a later one', ID, 4, 'a'],
  ['another peer', ID, 3, 'b'],
  ['an unknown peer', ID, 3, undefined],
  ['another transfer', OTHER, 3, 'a'],
] as const)('GO of %s reaches no session, and the guest waits on', (_, id, epoch, who) => {
  const waitingForGo = new WaitingForGo();
  using _waiting = waitingForGo.enter(ID, 3, 'a');
  expect(waitingForGo.bring(id, epoch, from(who))).toBeUndefined();
  expect(waitingForGo.bring(ID, 3, from('a'))).toBeDefined();
});

test('a guest is started once: a second GO finds no session', () => {
  const waitingForGo = new WaitingForGo();
  using _waiting = waitingForGo.enter(ID, 3, 'a');
  expect(waitingForGo.bring(ID, 3, from('a'))).toBeDefined();
  expect(waitingForGo.bring(ID, 3, from('a'))).toBeUndefined();
});

test('a session that has ended waits no more', () => {
  const waitingForGo = new WaitingForGo();
  waitingForGo.enter(ID, 3, 'a')[Symbol.dispose]();
  expect(waitingForGo.bring(ID, 3, from('a'))).toBeUndefined();
});

test('where peers have no identity, every connection may', () => {
  const waitingForGo = new WaitingForGo();
  using _waiting = waitingForGo.enter(ID, 1, undefined);
  expect(waitingForGo.bring(ID, 1, from(undefined))).toBeDefined();
});
