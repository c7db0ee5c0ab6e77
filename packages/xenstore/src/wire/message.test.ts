import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeMessage, MessageDecoder, type Message } from './message.ts';

const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const payload = fc.uint8Array({ maxLength: 4096, size: 'max' }).map((bytes) => Buffer.from(bytes));
const message: fc.Arbitrary<Message> = fc.record({ type: u32, requestId: u32, transactionId: u32, payload });

describe('the wire format', () => {
  test('is what xenstored understands', () => {
    const read = { type: 2, requestId: 7, transactionId: 258, payload: Buffer.from('/x\0') };
    expect(encodeMessage(read).toString('hex')).toBe('0200000007000000020100000300000' + '02f7800');
  });

  test('survives being cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (messages, cuts) => {
          const bytes = Buffer.concat(messages.map(encodeMessage));
          const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
          const decoder = new MessageDecoder();
          const decoded = ends.flatMap((end, index) => [
            ...decoder.push(bytes.subarray(ends[index - 1] ?? 0, end)),
          ]);
          expect(decoded).toEqual(messages);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('survives being cut everywhere', () => {
    const sent = { type: 11, requestId: 1, transactionId: 0, payload: Buffer.from('/a/b\0value') };
    const decoder = new MessageDecoder();
    const decoded = [...encodeMessage(sent)].flatMap((byte) => [...decoder.push(Buffer.of(byte))]);
    expect(decoded).toEqual([sent]);
  });

  test('a length beyond the limit is refused before anything is read into it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4097, max: 2 ** 32 - 1 }), (length) => {
        const header = encodeMessage({ type: 2, requestId: 1, transactionId: 0, payload: Buffer.alloc(0) });
        header.writeUInt32LE(length, 12);
        const refused = expect.objectContaining({ code: 'XENSTORE_PROTOCOL', kind: 'corrupt' });
        expect(() => [...new MessageDecoder().push(header)]).toThrow(refused);
      }),
    );
  });
});
