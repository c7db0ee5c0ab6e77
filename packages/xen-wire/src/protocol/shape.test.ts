import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseWith } from './errors.ts';
import {
  bytes,
  dictionary,
  integer,
  list,
  maybe,
  object,
  oneOf,
  text,
  tuple,
  variant,
  type Shape,
} from './shape.ts';

const animal = variant('is', {
  cat: object({ lives: integer(1, 9) }),
  fish: object({ name: text }, { scales: list(integer(0), 2) }),
});
const refusal = (shape: Shape<unknown>, value: unknown): string => {
  try {
    parseWith(shape, value, 'it');
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return 'taken';
};

test('a value has its shape, and what is not known of it is left out', () => {
  const value = { is: 'fish', name: 'x', scales: [1], legs: 0, __proto__: null };
  expect(parseWith(animal, value, 'it')).toEqual({ is: 'fish', name: 'x', scales: [1] });
  expect(parseWith(animal, { is: 'fish', name: 'x' }, 'it')).not.toHaveProperty('scales');
  expect(parseWith(object({ a: maybe(text) }), {}, 'it')).toHaveProperty('a', undefined);
});

test.each<[Shape<unknown>, unknown, string]>([
  [animal, { is: 'dog' }, 'is must be one of cat, fish, and not the text "dog"'],
  [animal, { is: 'constructor' }, 'is must be one of cat, fish'],
  [animal, null, 'an object is expected, and not null'],
  [list(animal), [{ is: 'cat', lives: 10 }], 'from 1 to 9 is expected, and not the number 10, at 0.lives'],
  [animal, { is: 'fish', name: 'x', scales: [1, 2, 3] }, 'a list is expected, of no more than 2'],
  [tuple(text, text), ['a'], 'a list of 2 is expected'],
  [tuple(integer(0)), [2 ** 53], 'a whole number'],
  [oneOf([1, 2]), '1', 'one of 1, 2 is expected'],
  [bytes(1), new Uint8Array(2), 'at most 1 bytes'],
  [dictionary(text), { a: { b: 1 } }, 'a text is expected, and not a value of type object, at a'],
])('what is wrong is told with its place', (shape, value, message) => {
  expect(refusal(shape, value)).toContain(`it is not understood: `);
  expect(refusal(shape, value)).toContain(message);
});

test('whatever comes, it is taken or refused as an error of ours', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true }), (value) => {
      const of = refusal(list(animal), value);
      expect(of === 'taken' || of.includes('is not understood')).toBe(true);
    }),
  );
});
