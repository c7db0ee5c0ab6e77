import { expect, test } from '@jest/globals';
import { Admission } from './admission.ts';

const busy = (words: string, details: object = expect.anything()) =>
  expect.objectContaining({
    code: 'XFR_BUSY',
    kind: 'resource',
    message: expect.stringContaining(words),
    details,
  });

test('there are as many places as were asked for, and each is free again when it is given back', () => {
  const admission = new Admission(2);
  const first = admission.enter('a');
  admission.enter('b');
  expect(admission.active).toBe(2);
  expect(() => admission.enter('c')).toThrow(busy('2 guests are', { places: 2 }));
  first[Symbol.dispose]();
  expect(admission.active).toBe(1);
  admission.enter('c');
  expect(() => admission.enter('a')).toThrow(busy('2 guests are'));
});

test('four by default, for one peer alone if it likes', () => {
  const admission = new Admission();
  for (let count = 0; count < 4; count += 1) admission.enter('a');
  expect(() => admission.enter('b')).toThrow(busy('4 guests are'));
});

test('a peer has no more than its own, and the place that it gives back is its own', () => {
  const admission = new Admission(3, 1);
  admission.enter('a');
  const own = admission.enter('b');
  expect(() => admission.enter('a')).toThrow(busy('1 guests of a', { placesPerPeer: 1 }));
  own[Symbol.dispose]();
  expect(() => admission.enter('a')).toThrow(busy('1 guests of a'));
  admission.enter('b');
});

test('unknown peers have all places together', () => {
  const admission = new Admission(3, 1);
  admission.enter();
  admission.enter();
  expect(admission.active).toBe(2);
});

test('fewer places do not end transfers that have a place already', () => {
  const admission = new Admission(3);
  const [first] = [admission.enter('a'), admission.enter('b'), admission.enter('c')];
  admission.places = 1;
  expect(admission.active).toBe(3);
  first[Symbol.dispose]();
  expect(() => admission.enter('a')).toThrow(busy('2 guests are'));
});

test('sessions have numbers of their own, from 1', () => {
  const admission = new Admission();
  expect([admission.nextSession(), admission.nextSession()]).toEqual([1, 2]);
});
