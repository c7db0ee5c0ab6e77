import { expect, test } from '@jest/globals';
import { Counts } from './counts.ts';
import { startsOf, type Deed } from './deeds.ts';

test('two nodes whose count goes on for two looks have two copies, a live move has not', () => {
  const looks = (...all: (readonly [number, number][])[]): (() => void) => {
    const counts = new Counts();
    return () => all.forEach((ticks) => counts.look(new Map(ticks)));
  };
  expect(looks([[1, 4]], [[1, 6]], [[1, 7], [2, 9]], [[1, 7], [2, 11]], [[1, 7], [2, 13]])).not.toThrow(); // prettier-ignore
  expect(looks([[1, 4], [2, 0]], [[1, 6], [2, 1]], [[1, 8], [2, 2]])).toThrow('two copies count: on n1 and n2'); // prettier-ignore
});

test('a guest is started again only where it was stopped, or its node was fenced', () => {
  const deeds = (...all: (readonly [Deed['what'], number])[]): Deed[] =>
    all.map(([what, node], at) => ({ what, node, at }));
  expect(startsOf(deeds(['start', 1], ['fence', 1], ['start', 2], ['stop', 2], ['start', 1]))).toEqual([
    1, 2, 1,
  ]);
  expect(() => startsOf(deeds(['start', 1], ['start', 2]))).toThrow(
    'n2 has started the guest, and n1 had it',
  );
  // The stop behind a move is of the old node.
  const moved = [
    ['start', 1],
    ['migrate_from', 2],
    ['stop', 1],
    ['start', 1],
  ] as const;
  expect(() => startsOf(deeds(...moved))).toThrow('n2 had it');
});
