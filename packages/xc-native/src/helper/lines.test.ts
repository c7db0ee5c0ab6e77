import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LONGEST_LINE_BYTES, LineDecoder, encodeLine } from './lines.ts';
import { asMessage } from './messages.ts';

test('values survive, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.array(fc.integer({ min: 1, max: 40 })), (values, cuts) => {
      const bytes = Buffer.concat(values.map((value) => encodeLine(value)));
      const decoder = new LineDecoder();
      const received: unknown[] = [];
      let at = 0;
      for (const cut of cuts) received.push(...decoder.push(bytes.subarray(at, (at += cut))));
      received.push(...decoder.push(bytes.subarray(at)));
      expect(received).toEqual(JSON.parse(JSON.stringify(values)));
    }),
  );
});

test('whatever bytes come, the end is a value or a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        for (const value of new LineDecoder().push(Buffer.from(bytes))) asMessage(value);
      } catch (error) {
        expect(error).toMatchObject({ code: 'XEN_HELPER_PROTOCOL' });
      }
    }),
  );
});

test('a line that never ends is refused before it fills the memory', () => {
  const decoder = new LineDecoder();
  const chunk = Buffer.alloc(64 * 1024, 'a');
  const pushAll = (): void => {
    for (let sent = 0; sent <= LONGEST_LINE_BYTES; sent += chunk.length) decoder.push(chunk);
  };
  expect(pushAll).toThrow(expect.objectContaining({ code: 'XEN_HELPER_PROTOCOL' }));
  expect(() => encodeLine('a'.repeat(LONGEST_LINE_BYTES))).toThrow(/too long/);
});

test.each([
  [null],
  ['log'],
  [{}],
  [{ type: 'toString' }],
  [{ type: 'log' }],
  [{ type: 'precopy', iteration: '0', totalWritten: '0', dirtyCount: '0' }],
  [{ type: 'done', frames: { store: 1, console: 2 } }],
  [{ type: 'failed', error: 'no' }],
])('%j is not a message', (value) => {
  expect(() => asMessage(value)).toThrow(expect.objectContaining({ code: 'XEN_HELPER_PROTOCOL' }));
});
