import { expect, test } from '@jest/globals';
import { Reception } from './reception.ts';

const busy = (words: string) =>
  expect.objectContaining({ code: 'XFR_BUSY', kind: 'resource', message: expect.stringContaining(words) });

test('there are as many places as were asked for, and each is free again when it is given back', () => {
  const reception = new Reception(2);
  const first = reception.enter('a');
  reception.enter('b');
  expect(reception.active).toBe(2);
  expect(() => reception.enter('c')).toThrow(busy('2 guests are'));
  first[Symbol.dispose]();
  expect(reception.active).toBe(1);
  reception.enter('c');
  expect(() => reception.enter('a')).toThrow(busy('2 guests are'));
});

test('four, when nobody says how many, for one peer alone if it likes', () => {
  const reception = new Reception();
  for (let count = 0; count < 4; count += 1) reception.enter('a');
  expect(() => reception.enter('b')).toThrow(busy('4 guests are'));
});

test('a peer has no more than its own, and the place that it gives back is its own', () => {
  const reception = new Reception(3, 1);
  reception.enter('a');
  const own = reception.enter('b');
  expect(() => reception.enter('a')).toThrow(busy('1 guests of a'));
  own[Symbol.dispose]();
  expect(() => reception.enter('a')).toThrow(busy('1 guests of a'));
  reception.enter('b');
});

test('those that nobody knows have all places together', () => {
  const reception = new Reception(3, 1);
  reception.enter();
  reception.enter();
  expect(reception.active).toBe(2);
});

test('fewer places send nobody away who is in already', () => {
  const reception = new Reception(3);
  const [first] = [reception.enter('a'), reception.enter('b'), reception.enter('c')];
  reception.places = 1;
  expect(reception.active).toBe(3);
  first[Symbol.dispose]();
  expect(() => reception.enter('a')).toThrow(busy('2 guests are'));
});

test('sessions have numbers of their own, from 1', () => {
  const reception = new Reception();
  expect([reception.nextSession(), reception.nextSession()]).toEqual([1, 2]);
});
