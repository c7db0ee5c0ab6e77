import { expect, test } from '@jest/globals';
import { LineDecoder } from '@vm-tools/ipc';
import fc from 'fast-check';
import { LONGEST_LINE_BYTES, asMessage, protocolError } from './messages.ts';

test('whatever bytes come, the end is a value or a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        const decoder = new LineDecoder(LONGEST_LINE_BYTES, protocolError);
        for (const value of decoder.push(Buffer.from(bytes))) asMessage(value);
      } catch (error) {
        expect(error).toMatchObject({ code: 'XEN_HELPER_PROTOCOL' });
      }
    }),
  );
});

test.each([
  [null],
  ['log'],
  [{}],
  [{ type: 'toString' }],
  [{ type: 'log' }],
  [{ type: 'precopy', iteration: '0', totalWritten: '0', dirtyCount: '0' }],
  [{ type: 'precopy', stats: { iteration: '0', totalWrittenPages: 0 } }],
  [{ type: 'done', frames: { store: 1, console: 2 } }],
  [{ type: 'done', frames: { storeFrame: 1, consoleFrame: 2n } }],
  [{ type: 'failed', error: 'no' }],
])('%p is not a message', (value) => {
  expect(() => asMessage(value)).toThrow(expect.objectContaining({ code: 'XEN_HELPER_PROTOCOL' }));
});
