/** What the property tests find by chance, at the places where it is known to matter. */
import { describe, expect, test } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import {
  context,
  end,
  hvmMemory,
  hvmStart,
  notab,
  params,
  pvHeader,
  pvInfo,
  pvStart,
  sharedInfo,
  vcpu0,
} from '../testing/pieces.ts';
import { syntheticPv } from '../testing/synthetic-pv.ts';
import { syntheticPvh } from '../testing/synthetic-pvh.ts';
import { splitAt, verdictOf } from '../testing/verdict.ts';
import { encodeAbsentHead, encodeP2mFrames, encodePageDataHead } from './encode.ts';
import { PAGE_TYPE } from './page-type.ts';
import { LibxcVerifier } from './verifier.ts';

const pvh = Buffer.concat([...syntheticPvh({ pages: 3, absentPfns: 5, pagesPerRecord: 2 })]);
const pv = Buffer.concat([...syntheticPv({ pages: 5 })]);

/** Every so many bytes. */
const cutsOf = (bytes: Buffer, step: number): number[] =>
  Array.from({ length: Math.floor(bytes.length / step) }, (_, count) => step * (count + 1));

describe.each([
  ['PVH', pvh],
  ['PV', pv],
])('a stream of %s', (_name, stream) => {
  test.each([1, 7, 8, 24, 40, 41, 4096, 100_000])('is passed on unchanged in chunks of %i', (step) => {
    const { code, passed } = verdictOf(splitAt(stream, cutsOf(stream, step)));
    expect([code, passed.equals(stream)]).toEqual(['accepted', true]);
  });

  test('is passed on record by record, each only when it has been checked', () => {
    const verifier = new LibxcVerifier();
    let passed = 0;
    for (let at = 0; at < 40; at += 1) {
      expect(verifier.push(stream.subarray(at, at + 1), ({ length }) => (passed += length))).toBe(1);
      expect([passed, verifier.counts.bytes]).toEqual(at < 39 ? [0, 0] : [40, 40]);
    }
    verifier.push(stream.subarray(40), ({ length }) => (passed += length));
    expect([passed, verifier.counts.bytes, verifier.counts.leftOutBytes]).toEqual([
      stream.length,
      stream.length,
      0,
    ]);
  });
});

test('a hole is left out however it is cut, and counted; before it and behind it nothing is', () => {
  const hole = encodeAbsentHead(0x100, 20);
  const stream = Buffer.concat([...hvmMemory, hole, ...notab(5), hole, context, params, end]);
  const rest = Buffer.concat([...hvmMemory, ...notab(5), context, params, end]);
  for (const step of [1, 9, 64, 4096, stream.length]) {
    const chunks = splitAt(stream, cutsOf(stream, step));
    const { code, passed } = verdictOf(chunks, { leaveOutHoles: true });
    expect([step, code, passed.equals(rest)]).toEqual([step, 'accepted', true]);
    const verifier = new LibxcVerifier({ leaveOutHoles: true });
    for (const chunk of chunks) verifier.push(chunk);
    expect(verifier.counts).toMatchObject({
      ...{ bytes: stream.length, leftOutBytes: 2 * hole.length, absentPfns: 40, pageRecords: 5, records: 9 },
    });
  }
  expect(verdictOf([stream]).passed.equals(stream)).toBe(true);
});

test('what was a page, what is broken, and what is to be made is no hole, nor is any of a PV guest', () => {
  const gone = encodePageDataHead([{ pfn: 5, type: PAGE_TYPE.XTAB }]);
  const broken = encodePageDataHead([{ pfn: 6, type: PAGE_TYPE.BROKEN }]);
  const made = encodePageDataHead([{ pfn: 7, type: PAGE_TYPE.XALLOC }]);
  const mixed = [
    encodePageDataHead([
      { pfn: 8, type: PAGE_TYPE.XTAB },
      { pfn: 9, type: PAGE_TYPE.NOTAB },
    ]),
    Buffer.alloc(4096),
  ];
  const stream = Buffer.concat([
    ...hvmMemory,
    ...notab(5),
    gone,
    broken,
    made,
    ...mixed,
    context,
    params,
    end,
  ]);
  const { code, passed } = verdictOf([stream], { leaveOutHoles: true });
  expect([code, passed.equals(stream)]).toEqual(['accepted', true]);
  expect(verdictOf([pv], { leaveOutHoles: true }).passed.equals(pv)).toBe(true);
});

test('a hole may have gaps, and is one', () => {
  const gaps = encodePageDataHead([
    { pfn: 0x100, type: PAGE_TYPE.XTAB },
    { pfn: 0x102, type: PAGE_TYPE.XTAB },
  ]);
  const stream = Buffer.concat([...hvmMemory, gaps, context, params, end]);
  const { code, passed } = verdictOf([stream], { leaveOutHoles: true });
  expect([code, passed.length]).toEqual(['accepted', stream.length - gaps.length]);
});

test('a long run of absent pfns takes away a page that lies in it, wherever that is', () => {
  for (const pfn of [0x100, 0x150, 0x1c7]) {
    const run = encodeAbsentHead(0x100, 200);
    const verifier = new LibxcVerifier({ leaveOutHoles: true });
    let passed = 0;
    for (const chunk of [...hvmMemory, ...notab(pfn), run])
      verifier.push(chunk, ({ length }) => (passed += length));
    expect(verifier.counts).toMatchObject({
      populatedPfns: 2,
      leftOutBytes: 0,
      absentPfns: 200,
      bytes: passed,
    });
  }
});

test('a run of absent pfns ends below the limit', () => {
  const verdict = (first: number, count: number): string =>
    verdictOf([...hvmStart, encodeAbsentHead(first, count)], { maxPfns: 0x1000 }).code;
  expect(verdict(0xff0, 16)).toBe('STREAM_TRUNCATED');
  expect(verdict(0xff0, 17)).toBe('STREAM_TOO_LARGE');
  expect(verdict(0xffe, 900)).toBe('STREAM_TOO_LARGE');
  expect(verdict(0x2000, 1)).toBe('STREAM_TOO_LARGE');
});

test('a PV guest may have one page', () => {
  const stream = [...pvStart, encodeP2mFrames(0, 0, [0]), ...notab(0), sharedInfo, vcpu0, end];
  expect(verdictOf(stream).code).toBe('accepted');
});

test('who sends more than was promised is told what to compare', () => {
  const verifier = new LibxcVerifier({ maxPages: 1 });
  expect(() => verifier.push(Buffer.concat(hvmMemory))).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('does not fit the configuration') }),
  );
});

describe('a stream that ends too early says where', () => {
  const whole = Buffer.concat([...hvmStart, ...notab(1)]);

  test.each([
    [12, 'libxc header', undefined],
    [13, 'libxc header', undefined],
    [39, 'libxc header', undefined],
    [40, 'next', 0],
    [47, 'next', 0],
    [48, 'next', 1],
    [56, 'PAGE_DATA', 1],
    [71, 'PAGE_DATA', 1],
    [72, 'PAGE_DATA', 1],
    [whole.length - 1, 'PAGE_DATA', 1],
    [whole.length, 'next', 2],
  ])('after %i bytes', (length, record, recordIndex) => {
    for (const chunks of [
      [whole.subarray(0, length)],
      Array.from(whole.subarray(0, length), (byte) => Uint8Array.of(byte)),
    ]) {
      const verifier = new LibxcVerifier({ baseOffset: 100 });
      for (const chunk of chunks) verifier.push(chunk);
      expect(() => verifier.finish()).toThrow(
        expect.objectContaining({
          code: 'STREAM_TRUNCATED',
          details: {
            offset: 100 + length,
            record,
            ...(recordIndex === undefined ? {} : { recordIndex }),
          },
        }),
      );
    }
  });

  test('but not when it has come to its end', () => {
    const verifier = new LibxcVerifier();
    expect([verifier.header, verifier.isComplete]).toEqual([undefined, false]);
    verifier.push(pvh);
    expect(verifier.isComplete).toBe(true);
    verifier.finish();
    verifier.finish();
  });
});

test('memory has come too often with the page that makes it more than 256 times', () => {
  const verdict = (records: number): string => {
    const verifier = new LibxcVerifier({ maxPages: 1 });
    try {
      for (const chunk of [...hvmStart, ...Array.from({ length: records }, () => notab(1)).flat()])
        verifier.push(chunk);
      return 'fine';
    } catch (thrown) {
      return (thrown as VmToolsError).code;
    }
  };
  expect([verdict(256), verdict(257)]).toEqual(['fine', 'STREAM_TOO_LARGE']);
});

test('a domain of the wrong type is refused at its header, as early as that is known', () => {
  const verifier = new LibxcVerifier({ expect: 'pvh', baseOffset: 1000 });
  expect(() => verifier.push(Buffer.concat([pvHeader, pvInfo]))).toThrow(
    expect.objectContaining({
      message: 'libxc domain header at byte 1024: it is of type pv, but the domain is pvh',
      details: { offset: 1024, record: 'libxc domain header' },
    }),
  );
  expect(verdictOf([pv], { expect: 'pv' }).code).toBe('accepted');
});
