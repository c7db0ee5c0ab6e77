import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from './parse-json.ts';

const nested = (depth: number, inner = '1'): Buffer =>
  Buffer.from('[{"a":'.repeat(depth) + inner + '}]'.repeat(depth));

test('gives what JSON.parse gives', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('takes as much depth as any message has, and no more', () => {
  expect(parseJson(nested(32))).toBeDefined();
  expect(parseJson(nested(33))).toBeUndefined();
  expect(parseJson(Buffer.from('['.repeat(1_000_000)))).toBeUndefined();
});

test('takes as many values as a host full of devices has, and no more', () => {
  const list = (length: number): Buffer => Buffer.from(JSON.stringify(Array<number>(length).fill(1)));
  expect(parseJson(list(16_383))).toHaveLength(16_383);
  expect(parseJson(list(16_384))).toBeUndefined();
  expect(parseJson(Buffer.from(`[${'[1],'.repeat(60_000)}1]`))).toBeUndefined();
  expect(parseJson(Buffer.from(JSON.stringify(['[,'.repeat(60_000)])))).toHaveLength(1);
});

test('takes brackets in strings for what they are', () => {
  const text = `${'['.repeat(100)}"\\`;
  expect(parseJson(Buffer.from(JSON.stringify({ [text]: text })))).toEqual({ [text]: text });
  expect(parseJson(nested(32, JSON.stringify(text)))).toBeDefined();
});

test('is undefined for what is no JSON', () => {
  for (const text of ['', '{', 'nul', '"', '\\']) expect(parseJson(Buffer.from(text))).toBeUndefined();
});
