import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesIn, cut } from './pieces.ts';

const piece = fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes));

test('a cut gives as many bytes as there are, and the others behind it', () => {
  fc.assert(
    fc.property(fc.array(piece), fc.oneof(fc.nat(30), fc.constant(Infinity)), (pieces, bytes) => {
      const whole = Buffer.concat(pieces);
      const [front, rest] = cut(pieces, bytes);
      expect(bytesIn(pieces)).toBe(whole.length);
      expect(Buffer.concat(front)).toEqual(whole.subarray(0, bytes));
      expect(Buffer.concat([...front, ...rest])).toEqual(whole);
      if (bytes >= whole.length) expect(rest).toEqual([]);
    }),
  );
});

test('no byte is copied', () => {
  const whole = Buffer.from('abcdef');
  const [front, rest] = cut([whole], 2);
  whole.fill('x');
  expect([String(front[0]), String(rest[0])]).toEqual(['xx', 'xxxx']);
});
