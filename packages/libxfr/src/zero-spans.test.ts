import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { zeroSpans } from './zero-spans.ts';

const PAGE = 4096;
const piece = fc.oneof(
  fc.integer({ min: 1, max: 3 * PAGE }).map((length) => Buffer.alloc(length)),
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

test('spans cover the chunk without gaps, alternate, and zero ones are whole blocks of zeros', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(2 * PAGE), (pieces, offset) => {
      const chunk = Buffer.concat(pieces);
      const spans = [...zeroSpans(chunk, offset)];
      let end = 0;
      for (const span of spans) {
        expect(span.start).toBe(end);
        end = span.end;
        if (!span.isZero) continue;
        expect((offset + span.start) % PAGE).toBe(0);
        expect((offset + span.end) % PAGE).toBe(0);
        expect(chunk.subarray(span.start, span.end).every((byte) => byte === 0)).toBe(true);
      }
      expect(end).toBe(chunk.length);
      spans.slice(1).forEach((span, i) => expect(span.isZero).not.toBe(spans[i]!.isZero));
    }),
  );
});

test('every aligned block of zeros is found', () => {
  const chunk = Buffer.alloc(5 * PAGE);
  chunk[2 * PAGE + 17] = 1;
  expect([...zeroSpans(chunk)]).toEqual([
    { start: 0, end: 2 * PAGE, isZero: true },
    { start: 2 * PAGE, end: 3 * PAGE, isZero: false },
    { start: 3 * PAGE, end: 5 * PAGE, isZero: true },
  ]);
});
