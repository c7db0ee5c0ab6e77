import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromJson, toJson } from './json.ts';

const plain = fc.dictionary(fc.stringMatching(/^[a-z_]+$/), fc.oneof(fc.string(), fc.double(), fc.boolean()));
const value = fc.oneof(
  plain,
  fc.array(plain),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);

/** Values that JSON has no word for: -0, NaN, infinities. */
const throughJson = (thing: unknown): unknown => JSON.parse(JSON.stringify(thing)) as unknown;

test('bigint and bytes survive JSON, at any depth', () => {
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const [read] = fromJson(toJson([{ deep: values }])) as { deep: unknown[] }[];
      read?.deep.forEach((one, index) => {
        const wrote = values[index];
        if (typeof wrote === 'bigint' || Buffer.isBuffer(wrote)) expect(one).toEqual(wrote);
        else expect(one).toEqual(throughJson(wrote));
      });
    }),
  );
});

test('what only looks like a bigint stays as it is', () => {
  const fake = { $bigint: '9'.repeat(1000) };
  expect(fromJson(toJson(fake))).toEqual(fake);
});
