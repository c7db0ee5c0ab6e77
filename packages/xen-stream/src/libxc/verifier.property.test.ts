import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { context, end, hvmMemory, notab, params } from '../testing/pieces.ts';
import { syntheticPvh } from '../testing/synthetic-pvh.ts';
import { syntheticPv } from '../testing/synthetic-pv.ts';
import { splitAt, verdictOf, withFlippedBit } from '../testing/verdict.ts';
import { encodeAbsentHead, encodePageDataHead } from './encode.ts';
import { PAGE_TYPE } from './page-type.ts';

const streams = [
  ['PVH', Buffer.concat([...syntheticPvh({ pages: 6, absentPfns: 5, rounds: 2, pagesPerRecord: 4 })])],
  ['PVH, version 2', Buffer.concat([...syntheticPvh({ pages: 3, version: 2 })])],
  ['PV', Buffer.concat([...syntheticPv({ pages: 5, vcpus: 2 })])],
] as const;

const cutsOf = (bytes: Buffer): fc.Arbitrary<number[]> => fc.array(fc.nat(bytes.length), { maxLength: 40 });

describe.each(streams)('%s', (_name, stream) => {
  test('is passed on unchanged however it is cut', () => {
    fc.assert(
      fc.property(cutsOf(stream), (cuts) => {
        const verdict = verdictOf(splitAt(stream, cuts));
        expect(verdict.code).toBe('accepted');
        expect(verdict.passed.equals(stream)).toBe(true);
      }),
    );
  });

  test('is passed on unchanged byte by byte', () => {
    const { code, passed } = verdictOf(Array.from(stream, (byte) => Uint8Array.of(byte)));
    expect(code).toBe('accepted');
    expect(passed.equals(stream)).toBe(true);
  });

  test('is known to be truncated wherever it ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: stream.length - 1 }), (length) => {
        expect(verdictOf([stream.subarray(0, length)])).toMatchObject({ code: 'STREAM_TRUNCATED' });
      }),
      { numRuns: 1000 },
    );
  });

  test('with one bit flipped is accepted or refused with a typed error, the same however it is cut', () => {
    fc.assert(
      fc.property(fc.nat(8 * stream.length - 1), cutsOf(stream), (bit, cuts) => {
        const flipped = withFlippedBit(stream, bit);
        const whole = verdictOf([flipped]);
        expect(whole.code).toMatch(/^accepted$|^STREAM_/);
        const cut = verdictOf(splitAt(flipped, cuts));
        expect({ ...cut, passed: 0 }).toEqual({ ...whole, passed: 0 });
        if (typeof whole.offset === 'number' && whole.code !== 'STREAM_TRUNCATED') {
          // Nothing of the record that was refused has been passed on, and all that came before it can have been.
          expect(cut.passed.length).toBeLessThanOrEqual(whole.offset);
        }
        expect(cut.passed.equals(flipped.subarray(0, cut.passed.length))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

test('any bytes behind good headers give a typed verdict', () => {
  const header = streams[0][1].subarray(0, 40);
  const record = fc
    .tuple(fc.nat(0x14), fc.oneof(fc.nat(64), fc.nat()), fc.uint8Array({ maxLength: 64 }))
    .map(([type, length, body]) => {
      const start = Buffer.alloc(8);
      start.writeUInt32LE(type, 0);
      start.writeUInt32LE(length, 4);
      return Buffer.concat([start, body]);
    });
  fc.assert(
    fc.property(fc.array(record), (records) => {
      expect(verdictOf([header, ...records]).code).toMatch(/^STREAM_/);
    }),
  );
});

test('a hole is left out of a PVH stream, and of nothing else, however it is cut', () => {
  const settings = { pages: 6, rounds: 2, pagesPerRecord: 4 };
  const full = Buffer.concat([...syntheticPvh({ ...settings, absentPfns: 50 })]);
  const dense = Buffer.concat([...syntheticPvh(settings)]);
  fc.assert(
    fc.property(cutsOf(full), (cuts) => {
      const verdict = verdictOf(splitAt(full, cuts), { leaveOutHoles: true });
      expect(verdict.code).toBe('accepted');
      expect(verdict.passed.equals(dense)).toBe(true);
    }),
  );
  const [, , [, pv]] = streams;
  expect(verdictOf([pv], { leaveOutHoles: true }).passed.equals(pv)).toBe(true);
});

test('a hole is written as its pfns one by one would be', () => {
  const pfns = [0xfe000, 0xfe001, 0xfe002];
  const one = encodePageDataHead(pfns.map((pfn) => ({ pfn, type: PAGE_TYPE.XTAB })));
  expect(Buffer.from(encodeAbsentHead(0xfe000, pfns.length)).equals(one)).toBe(true);
});

test('a page that went away and a broken one are no holes', () => {
  const gone = encodePageDataHead([{ pfn: 5, type: PAGE_TYPE.XTAB }]);
  const broken = encodePageDataHead([{ pfn: 6, type: PAGE_TYPE.BROKEN }]);
  const stream = Buffer.concat([...hvmMemory, ...notab(5), gone, broken, context, params, end]);
  const { code, passed } = verdictOf([stream], { leaveOutHoles: true });
  expect(code).toBe('accepted');
  expect(passed.equals(stream)).toBe(true);
});
