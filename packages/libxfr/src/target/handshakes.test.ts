import { expect, test } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import { Handshakes } from './handshakes.ts';

const never = new AbortController().signal;

/** How many of `count` calls from one address have had their turn, now and after each second. */
function calling(handshakes: Handshakes, address: string, count: number): { readonly had: () => number } {
  let had = 0;
  for (let call = 0; call < count; call += 1) void handshakes.turn(address, never).then(() => (had += 1));
  return { had: () => had };
}

test('sixty of an address come at once, and then thirty a second', async () => {
  const clock = new ManualClock();
  const { had } = calling(new Handshakes({ clock }), '192.0.2.1', 200);
  await clock.advance(0);
  expect(had()).toBe(60);
  await clock.advance(1000);
  expect(had()).toBe(90);
  await clock.advance(2000);
  expect(had()).toBe(150);
});

test('an address waits for no other, until all together are too many', async () => {
  const clock = new ManualClock();
  const handshakes = new Handshakes({ clock });
  const flood = calling(handshakes, '192.0.2.1', 500);
  const peer = calling(handshakes, '192.0.2.2', 1);
  await clock.advance(0);
  expect([flood.had(), peer.had()]).toEqual([60, 1]);
  const many = Array.from({ length: 10 }, (_, at) => calling(handshakes, `198.51.100.${at}`, 60));
  await clock.advance(0);
  const sum = many.reduce((all, { had }) => all + had(), 0);
  expect(sum).toBeLessThanOrEqual(240 - 61);
  // They take turns: one that comes last has to wait for one of each other at most.
  const late = calling(handshakes, '203.0.113.1', 1);
  await clock.advance(100);
  expect(late.had()).toBe(1);
});

test('what has been given up takes no turn of others', async () => {
  const clock = new ManualClock();
  const handshakes = new Handshakes({ clock });
  calling(handshakes, '192.0.2.1', 60);
  await clock.advance(0);
  const stop = new AbortController();
  const given = handshakes.turn('192.0.2.1', stop.signal);
  const next = calling(handshakes, '192.0.2.1', 1);
  stop.abort();
  await expect(given).rejects.toMatchObject({ code: 'INTERRUPTED' });
  await clock.advance(34);
  expect(next.had()).toBe(1);
});

test('of more addresses than are remembered the oldest begins anew', async () => {
  const clock = new ManualClock();
  const handshakes = new Handshakes({ clock });
  const first = calling(handshakes, 'first', 60);
  await clock.advance(0);
  expect(first.had()).toBe(60);
  for (let second = 0; second < 9; second += 1) {
    for (let count = 0; count < 120; count += 1) calling(handshakes, `${second}-${count}`, 1);
    await clock.advance(1000);
  }
  const again = calling(handshakes, 'first', 60);
  await clock.advance(500);
  expect(again.had()).toBeGreaterThan(30);
});
