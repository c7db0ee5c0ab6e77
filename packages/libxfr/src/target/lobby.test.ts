import { expect, test } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import { Lobby } from './lobby.ts';

function lobbyOf(unknown: number, perAddress: number, perPeer: number) {
  const lobby = new Lobby({ unknown, perAddress, perPeer });
  const dropped: string[] = [];
  const enter = (address: string, name = address) =>
    lobby.enter(address, ({ code }: VmToolsError) => dropped.push(`${name} ${code}`));
  return { lobby, dropped, enter };
}

test('who comes pushes out the oldest of its own address, and beyond all places the oldest of all', () => {
  const { dropped, enter } = lobbyOf(4, 2, 9);
  enter('a', 'a1');
  enter('a', 'a2');
  enter('a', 'a3');
  expect(dropped).toEqual(['a1 XFR_CROWDED']);
  enter('b', 'b1');
  enter('c', 'c1');
  expect(dropped).toHaveLength(1);
  enter('d', 'd1');
  expect(dropped).toEqual(['a1 XFR_CROWDED', 'a2 XFR_CROWDED']);
});

test('a known peer is pushed out by no other, and one that has left is not missed', () => {
  const { dropped, enter } = lobbyOf(2, 2, 9);
  enter('a', 'known').know('peer');
  enter('a', 'gone')[Symbol.dispose]();
  for (const name of ['x', 'y', 'z']) enter('a', name);
  expect(dropped).toEqual(['x XFR_CROWDED']);
});

test('a peer has so many and no more, and they are told', () => {
  const { dropped, enter } = lobbyOf(9, 9, 1);
  const first = enter('a');
  first.know('peer');
  const second = enter('a');
  expect(() => second.know('peer')).toThrow(
    expect.objectContaining({
      code: 'XFR_CROWDED',
      kind: 'resource',
      retry: 'safe',
      message: 'no room for one more connection that waits: peer has 1 already',
    }),
  );
  enter('a').know('other');
  first[Symbol.dispose]();
  second.know('peer');
  expect(dropped).toEqual([]);
});

test('who is pushed out is told how many wait', () => {
  const told: string[] = [];
  const lobby = new Lobby({ unknown: 1 });
  for (const address of ['a', 'b']) lobby.enter(address, ({ message }) => told.push(message));
  expect(told).toEqual(['no room for one more connection that waits: there are 1 already']);
});

test('limits that have become smaller hold from the next one on', () => {
  const { lobby, dropped, enter } = lobbyOf(9, 9, 9);
  for (const name of ['x', 'y', 'z']) enter('a', name);
  lobby.limits = { unknown: 2, perAddress: 9, perPeer: 9 };
  enter('b', 'last');
  expect(dropped).toEqual(['x XFR_CROWDED', 'y XFR_CROWDED']);
});

test('where nothing else is said, one address has a quarter of the places, and a peer half of that', () => {
  expect(new Lobby().limits).toEqual({ unknown: 256, perAddress: 64, perPeer: 32 });
});
