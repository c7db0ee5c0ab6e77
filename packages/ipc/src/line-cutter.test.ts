import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LineCutter } from './line-cutter.ts';

const tooLong = (): Error => new Error('too long');

test('lines come out whole, however they are cut', () => {
  const lines = fc.array(fc.stringMatching(/^[a-z]*$/));
  fc.assert(
    fc.property(lines, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
      const bytes = Buffer.from(sent.map((line) => `${line}\n`).join(''));
      const cutter = new LineCutter(1000, tooLong);
      const received: string[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const length = cuts[turn % cuts.length]!;
        received.push(...cutter.push(bytes.subarray(at, at + length)).map(String));
        at += length;
      }
      expect(received).toEqual(sent);
    }),
  );
});

test('a line of the longest size passes, and one byte more does not, with its end or without', () => {
  expect(new LineCutter(4, tooLong).push(Buffer.from('abc\nabc\n')).map(String)).toEqual(['abc', 'abc']);
  expect(() => new LineCutter(4, tooLong).push(Buffer.from('abcd\n'))).toThrow('too long');
  const cutter = new LineCutter(4, tooLong);
  cutter.push(Buffer.from('abc'));
  expect(() => cutter.push(Buffer.from('d'))).toThrow('too long');
});

test('one by one, lines before one that is too long come', () => {
  const lines = new LineCutter(4, tooLong).cut(Buffer.from('ab\nabcdef\n'));
  expect(String(lines.next().value)).toBe('ab');
  expect(() => lines.next()).toThrow('too long');
});
