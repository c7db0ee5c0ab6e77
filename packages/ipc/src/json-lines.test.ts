import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { encodeLine, LineDecoder } from './json-lines.ts';

const LIMIT_BYTES = 1 << 20;
const broken = (message: string): VmToolsError => new VmToolsError({ code: 'BROKEN', message });

test('values survive, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.array(fc.integer({ min: 1, max: 40 })), (values, cuts) => {
      const bytes = Buffer.concat(values.map((value) => encodeLine(value, LIMIT_BYTES, broken)));
      const decoder = new LineDecoder(LIMIT_BYTES, broken);
      const received: unknown[] = [];
      let at = 0;
      for (const cut of cuts) received.push(...decoder.push(bytes.subarray(at, (at += cut))));
      received.push(...decoder.push(bytes.subarray(at)));
      expect(received).toEqual(JSON.parse(JSON.stringify(values)));
    }),
  );
});

test('a line that never ends is refused before it fills the memory', () => {
  const decoder = new LineDecoder(LIMIT_BYTES, broken);
  const chunk = Buffer.alloc(64 * 1024, 'a');
  const pushAll = (): void => {
    for (let sent = 0; sent <= LIMIT_BYTES; sent += chunk.length)
      expect([...decoder.push(chunk)]).toEqual([]);
  };
  expect(pushAll).toThrow(expect.objectContaining({ code: 'BROKEN' }));
  expect(() => encodeLine('a'.repeat(LIMIT_BYTES), LIMIT_BYTES, broken)).toThrow(/too long/);
});

test('a line that is too long is refused at either end', () => {
  expect(() => encodeLine('x'.repeat(100), 100, broken)).toThrow(expect.objectContaining({ code: 'BROKEN' }));
  const decoder = new LineDecoder(100, broken);
  expect([...decoder.push(Buffer.alloc(99, 'x'))]).toEqual([]);
  expect(() => [...decoder.push(Buffer.from('x'))]).toThrow(expect.objectContaining({ code: 'BROKEN' }));
});

test('lines before one that is no JSON come', () => {
  const values = new LineDecoder(100, broken).push(Buffer.from('1\nnonsense\n2\n'));
  expect(values.next().value).toBe(1);
  expect(() => values.next()).toThrow('a message is not JSON');
});
