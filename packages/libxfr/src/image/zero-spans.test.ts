import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { zeroSpans } from './zero-spans.ts';

const PAGE = 4096;
const piece = fc.oneof(
  fc.integer({ min: 1, max: 3 * PAGE }).map((length) => Buffer.alloc(length)),
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

test('spans are all of the pieces, alternate, and zero ones begin with whole blocks of zeros', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(2 * PAGE), (pieces, offset) => {
      const spans = [...zeroSpans(pieces, offset)];
      expect(Buffer.concat(spans.flatMap((span) => span.pieces))).toEqual(Buffer.concat(pieces));
      let at = offset;
      for (const span of spans) {
        const bytes = Buffer.concat(span.pieces);
        expect(span.bytes).toBe(bytes.length);
        if (span.isZero) expect([at % PAGE, span.bytes >= PAGE]).toEqual([0, true]);
        // Only at the end of all pieces is there a part of a block.
        if (span.isZero && span !== spans.at(-1)) expect(span.bytes % PAGE).toBe(0);
        if (span.isZero) expect(bytes.every((byte) => byte === 0)).toBe(true);
        at += span.bytes;
      }
      spans.slice(1).forEach((span, i) => expect(span.isZero).not.toBe(spans[i]!.isZero));
    }),
  );
});

test('of nothing but zeros, nothing is data but what is smaller than a block', () => {
  const spansOf = (bytes: number): unknown =>
    [...zeroSpans([Buffer.alloc(bytes)])].map((span) => [span.bytes, span.isZero]);
  expect(spansOf(16 * PAGE + 1000)).toEqual([[16 * PAGE + 1000, true]]);
  expect(spansOf(1000)).toEqual([[1000, false]]);
});

test.each([[], [1], [PAGE], [2 * PAGE + 18], [100, 200, 3 * PAGE, 3 * PAGE, 5 * PAGE - 1]])(
  'every aligned block of zeros is found, whatever the pieces: cut at %p',
  (...cuts: number[]) => {
    const chunk = Buffer.alloc(5 * PAGE);
    chunk[2 * PAGE + 17] = 1;
    const pieces = [...cuts, chunk.length].map((end, index) => chunk.subarray(cuts[index - 1] ?? 0, end));
    expect([...zeroSpans(pieces)].map(({ bytes, isZero }) => [bytes, isZero])).toEqual([
      [2 * PAGE, true],
      [PAGE, false],
      [2 * PAGE, true],
    ]);
  },
);
