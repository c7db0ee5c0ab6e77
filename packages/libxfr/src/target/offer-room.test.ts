import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import type { Channel } from '../protocol/channel.ts';
import type { FrameName } from '../protocol/frame.ts';
import { OfferRoom, roomForOffer } from './offer-room.ts';

const KIB = 1024;
const LIMIT_MS = 60_000;

/** The peers that have been let in by now. */
async function entering(room: OfferRoom, who: readonly (string | undefined)[]) {
  const entered: (string | undefined)[] = [];
  const all = who.map(async (name) => {
    const place = await room.enter(256 * KIB, name, LIMIT_MS);
    entered.push(name);
    return place;
  });
  await Promise.resolve().then(() => undefined);
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  return { entered, all };
}

test('a peer has room for four long offers, and others have theirs', async () => {
  const room = new OfferRoom();
  const { entered, all } = await entering(room, ['a', 'a', 'a', 'a', 'a', 'a', 'b']);
  expect(entered).toEqual(['a', 'a', 'a', 'a', 'b']);
  (await all[0]!)[Symbol.dispose]();
  await all[4]!;
  expect(entered).toEqual(['a', 'a', 'a', 'a', 'b', 'a']);
  (await all[1]!)[Symbol.dispose]();
  await Promise.all(all);
});

test('all together have an end, too', async () => {
  const room = new OfferRoom();
  const many = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => [name, name, name, name]);
  const { entered, all } = await entering(room, many);
  expect(entered).toHaveLength(16);
  await expect(room.enter(KIB, 'f', 10)).rejects.toMatchObject({ code: 'XFR_CROWDED', kind: 'resource' });
  // Those that wait are let in as the others leave; none is left to fail after the test.
  for (const place of all) (await place)[Symbol.dispose]();
});

test('who has waited in vain takes nothing', async () => {
  const room = new OfferRoom();
  const places = await Promise.all([1, 2, 3, 4].map(() => room.enter(256 * KIB, 'a', LIMIT_MS)));
  await expect(room.enter(1, 'a', 10)).rejects.toMatchObject({ code: 'XFR_CROWDED' });
  for (const place of places) place[Symbol.dispose]();
  for (let count = 0; count < 4; count += 1) await room.enter(256 * KIB, 'a', LIMIT_MS);
});

test('unknown peers together have as much room as one peer', async () => {
  const { entered, all } = await entering(new OfferRoom(), [...Array<undefined>(5), 'a', '']);
  expect(entered).toEqual([...Array<undefined>(4), 'a']);
  for (const place of all) (await place)[Symbol.dispose]();
});

test('a peer that offers without end has sixteen long ones read, and then two a second', async () => {
  const clock = new ManualClock();
  const room = new OfferRoom({ clock });
  let read = 0;
  const offering = Array.from({ length: 40 }, async () => {
    const place = await room.enter(256 * KIB, 'a', LIMIT_MS);
    read += 1;
    place[Symbol.dispose]();
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 2000; turn += 1) await Promise.resolve();
  };
  await settle();
  expect(read).toBe(16);
  await room.enter(256 * KIB, 'b', LIMIT_MS);
  await clock.advance(1000);
  await settle();
  expect(read).toBe(18);
  await clock.advance(11_000);
  await Promise.all(offering);
});

test('an offer that has waited in vain for its peer takes nothing of what the next one waits for', async () => {
  const clock = new ManualClock();
  const room = new OfferRoom({ clock });
  for (let count = 0; count < 16; count += 1) (await room.enter(256 * KIB, 'a', LIMIT_MS))[Symbol.dispose]();
  await expect(room.enter(256 * KIB, 'a', 10)).rejects.toMatchObject({ code: 'XFR_CROWDED' });
  let isIn = false;
  const next = room.enter(256 * KIB, 'a', LIMIT_MS).then((place) => {
    isIn = true;
    return place;
  });
  await clock.advance(500);
  expect(isIn).toBe(true);
  (await next)[Symbol.dispose]();
});

describe('a channel', () => {
  /** The question before it reads the payload of a frame. */
  function channelOf(who: string) {
    const asked = Promise.withResolvers<(name: FrameName, bytes: number) => Promise<void>>();
    const channel = { who, askBeforeBody: asked.resolve } as Partial<Channel> as Channel;
    return { channel, ask: async (name: FrameName) => (await asked.promise)(name, 1024 * KIB) };
  }

  test.each(['HELLO', 'CHECK'] as const)(
    'reads %s when there is room, and until it is given back',
    async (name) => {
      const offers = new OfferRoom();
      const { channel, ask } = channelOf('a');
      const room = roomForOffer(channel, offers, LIMIT_MS);
      await ask(name);
      await expect(offers.enter(1, 'a', 10)).rejects.toMatchObject({ code: 'XFR_CROWDED' });
      room[Symbol.dispose]();
      await offers.enter(1, 'a', LIMIT_MS);
    },
  );

  test('reads all else at once, and everything where there is no end of room', async () => {
    const offers = new OfferRoom();
    await offers.enter(1, 'a', LIMIT_MS);
    const { channel, ask } = channelOf('a');
    roomForOffer(channel, offers, LIMIT_MS);
    await ask('DATA');
    const other = channelOf('a');
    roomForOffer(other.channel, undefined, LIMIT_MS);
    await other.ask('HELLO');
  });

  test('that has ended before there was room keeps none', async () => {
    const offers = new OfferRoom();
    const first = await offers.enter(1, 'a', LIMIT_MS);
    const { channel, ask } = channelOf('a');
    const room = roomForOffer(channel, offers, LIMIT_MS);
    const asked = ask('HELLO');
    room[Symbol.dispose]();
    first[Symbol.dispose]();
    await asked;
    await offers.enter(1024 * KIB, 'a', LIMIT_MS);
  });
});
