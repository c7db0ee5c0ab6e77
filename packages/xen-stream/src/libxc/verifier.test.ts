import { describe, expect, test } from '@jest/globals';
import { context, end, hvmMemory, hvmStart, notab, params, patched } from '../testing/pieces.ts';
import { syntheticPv } from '../testing/synthetic-pv.ts';
import { CONSOLE_PFN, syntheticPvh } from '../testing/synthetic-pvh.ts';
import { verdictOf } from '../testing/verdict.ts';
import { encodeHvmParams, encodePageDataHead, encodeVcpuRecord } from './encode.ts';
import { PAGE_TYPE } from './page-type.ts';
import { LibxcVerifier } from './verifier.ts';

function run(stream: Iterable<Uint8Array>): LibxcVerifier {
  const verifier = new LibxcVerifier();
  for (const chunk of stream) verifier.push(chunk);
  verifier.finish();
  return verifier;
}

describe('accepts and counts', () => {
  test('a live save of a PVH domain', () => {
    const { header, counts } = run(
      syntheticPvh({ pages: 100, absentPfns: 50, rounds: 3, pagesPerRecord: 32 }),
    );
    expect(header).toEqual({ version: 3, type: 'hvm', xenMajor: 4, xenMinor: 17 });
    expect(counts).toMatchObject({
      pages: 302,
      duplicatePages: 200,
      absentPfns: 50,
      populatedPfns: 102,
      pageRecords: 3 * 4 + 2 + 1,
    });
  });

  test('version 2, which has no static data', () => {
    expect(run(syntheticPvh({ pages: 3, version: 2 })).header?.version).toBe(2);
  });

  test.each([4, 8] as const)('PV domains of width %d', (width) => {
    const { header, counts } = run(syntheticPv({ pages: 600, vcpus: 3, width }));
    expect(header?.type).toBe('pv');
    expect(counts.populatedPfns).toBe(600);
  });

  test('a page that went away in a later round', () => {
    const gone = encodePageDataHead([{ pfn: 5, type: PAGE_TYPE.XTAB }]);
    const stream = [...hvmMemory, ...notab(5), ...notab(6), gone, context, params, end];
    expect(run(stream).counts).toMatchObject({
      pages: 4,
      duplicatePages: 0,
      absentPfns: 1,
      populatedPfns: 3,
    });
  });

  test('pages to populate without contents, and broken ones', () => {
    const head = encodePageDataHead([
      { pfn: 5, type: PAGE_TYPE.XALLOC },
      { pfn: 6, type: PAGE_TYPE.BROKEN },
    ]);
    const stream = [...hvmMemory, head, context, params, end];
    expect(run(stream).counts).toMatchObject({ pages: 2, absentPfns: 1, populatedPfns: 3 });
  });

  test('the empty records that Xen 4.6 to 4.8 wrote', () => {
    const emptyXsave = encodeVcpuRecord('XSAVE', 7, Buffer.alloc(0));
    const stream = [...syntheticPv({ pages: 5 })];
    run([...stream.slice(0, -1), emptyXsave, end]);
    run([...hvmMemory, context, encodeHvmParams([]), params, end]);
  });

  test('PV_INFO behind STATIC_DATA_END, as convert-legacy-stream writes it', () => {
    const [header, info, cpuid, msrs, staticEnd, ...rest] = [...syntheticPv({ pages: 5 })];
    run([header!, cpuid!, msrs!, staticEnd!, info!, ...rest]);
  });

  test('nothing behind END', () => {
    const verifier = new LibxcVerifier();
    const stream = Buffer.concat([...syntheticPvh({ pages: 1 })]);
    const passed: Buffer[] = [];
    const used = verifier.push(Buffer.concat([stream, Buffer.from('rest')]), (bytes) => passed.push(bytes));
    expect(used).toBe(stream.length);
    expect(verifier.isComplete).toBe(true);
    expect(verifier.push(Buffer.from('more'), (bytes) => passed.push(bytes))).toBe(0);
    expect(Buffer.concat(passed).equals(stream)).toBe(true);
  });
});

test('a domain of the other type is refused', () => {
  expect(verdictOf(syntheticPv({ pages: 5 }), { expect: 'pvh' }).code).toBe('STREAM_CORRUPT');
  expect(verdictOf(syntheticPvh({ pages: 5 }), { expect: 'pv' }).code).toBe('STREAM_CORRUPT');
  expect(verdictOf(syntheticPvh({ pages: 5 }), { expect: 'pvh' }).code).toBe('accepted');
});

test('what a newer Xen wrote is refused by its header', () => {
  const stream = (): Iterable<Uint8Array> => syntheticPvh({ pages: 5 }); // of Xen 4.17
  expect(verdictOf(stream(), { newestXen: { major: 4, minor: 16 } })).toMatchObject({
    code: 'STREAM_UNSUPPORTED',
    message: expect.stringContaining('written by Xen 4.17, which Xen 4.16 of this host'),
  });
  for (const newestXen of [
    { major: 4, minor: 17 },
    { major: 4, minor: 20 },
    { major: 5, minor: 0 },
  ])
    expect(verdictOf(stream(), { newestXen }).code).toBe('accepted');
});

test('pfns beyond a limit that the caller gave are refused', () => {
  expect(verdictOf(syntheticPvh({ pages: 5 }), { maxPfns: CONSOLE_PFN }).code).toBe('STREAM_TOO_LARGE');
  expect(verdictOf(syntheticPvh({ pages: 5 }), { maxPfns: CONSOLE_PFN + 1 }).code).toBe('accepted');
  // Whatever the test gives, a pfn of 33 bits is none.
  const high = [...hvmStart, patched(notab(1)[0]!, 20, 1)];
  expect(verdictOf(high, { maxPfns: 2 ** 40 })).toMatchObject({
    code: 'STREAM_TOO_LARGE',
    message: expect.stringContaining('beyond the limit of 4294967296 pfns'),
  });
});

test('the record that brings more pages than were promised is refused, however they come', () => {
  const stream = (): Generator<Uint8Array> => syntheticPvh({ pages: 10, rounds: 3, pagesPerRecord: 4 });
  expect(verdictOf(stream(), { maxPages: 12 }).code).toBe('accepted');
  expect(verdictOf(stream(), { maxPages: 9 })).toMatchObject({
    code: 'STREAM_TOO_LARGE',
    message: expect.stringMatching(/^PAGE_DATA record 5 .* 10 pages of memory, .* 9 at most$/),
  });
  const gone = encodePageDataHead([{ pfn: 5, type: PAGE_TYPE.XTAB }]);
  const alloc = (pfn: number) => encodePageDataHead([{ pfn, type: PAGE_TYPE.XALLOC }]);
  const moved = [...hvmMemory, alloc(5), gone, alloc(6), context, params, end];
  expect(verdictOf(moved, { maxPages: 3 }).code).toBe('accepted');
  expect(verdictOf(moved, { maxPages: 2 }).code).toBe('STREAM_TOO_LARGE');
});

test('memory that comes again and again has an end', () => {
  const stream = (rounds: number): Generator<Uint8Array> =>
    syntheticPvh({ pages: 2, rounds, pagesPerRecord: 2 });
  expect(verdictOf(stream(400), { maxPages: 4 }).code).toBe('accepted');
  expect(verdictOf(stream(600), { maxPages: 4 })).toMatchObject({
    code: 'STREAM_TOO_LARGE',
    message: expect.stringContaining('256 times the memory'),
  });
  expect(verdictOf(stream(600)).code).toBe('accepted');
});

test('an error names record, index and offset, counted from where the file begins', () => {
  const verifier = new LibxcVerifier({ baseOffset: 1000 });
  expect(() => verifier.push(Buffer.concat([...hvmStart, patched(notab(1)[0]!, 23, 0x60)]))).toThrow(
    expect.objectContaining({
      kind: 'corrupt',
      message: 'PAGE_DATA record 1 at byte 1048: pfn 0x1 is of the unknown type 6',
      details: { offset: 1048, record: 'PAGE_DATA', recordIndex: 1 },
    }),
  );
});

test('what is no beginning is refused at its first 24 bytes, before more has come', () => {
  const verifier = new LibxcVerifier();
  expect(() => verifier.push(Buffer.alloc(24, 'x'))).toThrow(
    expect.objectContaining({ code: 'STREAM_FOREIGN' }),
  );
});

test('a hole is left out of what is HVM to libxc, and of nothing else', () => {
  const pieces = [...syntheticPv({ pages: 600 })];
  // Before the first page, where none of its pfns has memory.
  pieces.splice(6, 0, encodePageDataHead([{ pfn: 5, type: PAGE_TYPE.XTAB }]));
  const { code, passed } = verdictOf(pieces, { leaveOutHoles: true });
  expect([code, passed.equals(Buffer.concat(pieces))]).toEqual(['accepted', true]);
});
