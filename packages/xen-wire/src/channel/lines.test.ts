import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { VmToolsError } from '@vm-tools/errors';
import { decodeError, encodeError, errorSchema } from '../protocol/remote-error.ts';
import { fromJson, toJson } from './json.ts';
import { encodeLine, decodeLine, lineCutter } from './lines.ts';

const plain = fc.dictionary(fc.stringMatching(/^[a-z_]+$/), fc.oneof(fc.string(), fc.double(), fc.boolean()));
const value = fc.oneof(
  plain,
  fc.array(plain),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);

/** What JSON has no word for: -0, NaN, infinities. */
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

test('lines come out whole, however they are cut', () => {
  fc.assert(
    fc.property(fc.array(plain), fc.array(fc.integer({ min: 1, max: 50 })), (messages, cuts) => {
      const bytes = Buffer.concat(messages.map((message) => encodeLine(message, 1 << 20)));
      const cutter = lineCutter(1 << 20);
      const received: unknown[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const length = cuts[turn % cuts.length] ?? bytes.length;
        received.push(...cutter.push(bytes.subarray(at, at + length)).map(decodeLine));
        at += length;
      }
      expect(received).toEqual(messages.map(throughJson));
    }),
  );
});

test('a line that is too long is refused at either end', () => {
  const tooLong = { code: 'XEN_WIRE_PROTOCOL' };
  expect(() => encodeLine('x'.repeat(100), 100)).toThrow(expect.objectContaining(tooLong));
  const cutter = lineCutter(100);
  cutter.push(Buffer.alloc(99, 'x'));
  expect(() => cutter.push(Buffer.from('x'))).toThrow(expect.objectContaining(tooLong));
});

test('an error with causes beyond counting is cut short', () => {
  let error = new VmToolsError({ code: 'DEEPEST', message: 'the first of all' });
  for (let depth = 0; depth < 100; depth++) {
    error = new VmToolsError({ code: 'DEEP', message: String(depth), cause: error });
  }
  let received: unknown = decodeError(errorSchema.parse(fromJson(toJson(encodeError(error)))));
  let depth = 0;
  while (received instanceof Error) [received, depth] = [received.cause, depth + 1];
  expect(depth).toBeLessThan(20);
});
