import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodePageDataHead, encodeRecord, type PageEntry } from '../libxc/encode.ts';
import { hasPageData, PAGE_TYPE } from '../libxc/page-type.ts';
import { PAGE_BYTES, RECORD } from '../libxc/record-type.ts';
import type { StreamFile } from '../libxc/verify-file.ts';
import { openImageFile } from '../open-image-file.ts';
import { syntheticPvh } from '../testing/synthetic-pvh.ts';
import { wrapImage } from '../wrap-image.ts';
import { PageExtractor, type PfnRange } from './extract-pages.ts';
import { readPages } from './read-pages.ts';
import { ZeroPages } from './zero-pages.ts';

/** A few pages of a small domain in one record: with contents, which are a number or zeros, or without. */
const record = fc.array(
  fc.record({
    pfn: fc.nat(40),
    type: fc.constantFrom(PAGE_TYPE.NOTAB, PAGE_TYPE.NOTAB, PAGE_TYPE.XALLOC, PAGE_TYPE.XTAB),
    fill: fc.nat(3),
  }),
  { minLength: 1, maxLength: 30 },
);

type Page = PageEntry & { readonly fill: number };

function imageOf(records: readonly (readonly Page[])[]): Buffer {
  const own = records.flatMap((pages) => [
    encodePageDataHead(pages),
    ...pages.filter(({ type }) => hasPageData(type)).map(({ fill }) => Buffer.alloc(PAGE_BYTES, fill)),
  ]);
  const libxc = [...syntheticPvh({ pages: 1 })].flatMap((piece) =>
    Buffer.from(encodeRecord(RECORD.STATIC_DATA_END)).equals(piece) ? [piece, ...own] : [piece],
  );
  const { head, tail } = wrapImage('{"c_info":{"type":"pvh"}}');
  return Buffer.concat([head, ...libxc, tail]);
}

const inMemory = (bytes: Buffer, atMost = Infinity): StreamFile => ({
  size: async () => bytes.length,
  read: async (into, position) => bytes.copy(into, 0, position, position + Math.min(atMost, into.length)),
});

/** syntheticPvh has a page 0, which comes last, and two special ones far above. None is zeros. */
const isOfRecords = (pfn: number): boolean => pfn > 0 && pfn <= 40;

test('pages are read with what was said last of each, and those that are zeros are counted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 4 }), fc.nat(40), async (records, odd) => {
      const file = inMemory(imageOf(records), 5000);
      const zeros = new ZeroPages(file);
      const seen = new Map<number, number | 'any'>();
      const isWanted = (pfn: number): boolean => pfn % 2 === odd % 2 && isOfRecords(pfn);
      const image = await openImageFile(file, {
        onPages: async (batch) => {
          await zeros.take(batch);
          for await (const { news, pfns, bytes } of readPages(file, batch, isWanted)) {
            pfns.forEach((pfn, index) => {
              if (news === 'absent') seen.delete(pfn);
              else if (news === 'any') seen.set(pfn, 'any');
              else {
                const page = bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES);
                const [fill] = page;
                expect(page.equals(Buffer.alloc(PAGE_BYTES, fill))).toBe(true);
                seen.set(pfn, fill!);
              }
            });
          }
        },
      });
      await image.check();
      const last = new Map<number, number | 'any'>();
      for (const { pfn, type, fill } of records.flat()) {
        if (hasPageData(type)) last.set(pfn, fill);
        else if (type === PAGE_TYPE.XALLOC) last.set(pfn, 'any');
        else last.delete(pfn);
      }
      last.delete(0);
      expect(zeros.count).toBe([...last.values()].filter((fill) => fill === 0).length);
      expect(seen).toEqual(new Map([...last].filter(([pfn]) => isWanted(pfn))));
    }),
    { numRuns: 60 },
  );
});

test('the records of an image are counted by their names', async () => {
  const image = await openImageFile(inMemory(imageOf([[{ pfn: 1, type: PAGE_TYPE.XTAB, fill: 0 }]])));
  await image.check();
  expect(image.verifier.recordsByName).toEqual({
    ...{ X86_CPUID_POLICY: 1, X86_MSR_POLICY: 1, STATIC_DATA_END: 1, PAGE_DATA: 3 },
    ...{ X86_TSC_INFO: 1, HVM_CONTEXT: 1, HVM_PARAMS: 1, END: 1 },
  });
});

test('pages that have been cut off since the head was read', async () => {
  const bytes = imageOf([[{ pfn: 1, type: PAGE_TYPE.NOTAB, fill: 7 }]]);
  const image = await openImageFile(inMemory(bytes), {
    onPages: async (batch) => {
      for await (const _ of readPages(inMemory(bytes.subarray(0, batch.offset + 100)), batch));
    },
  });
  await expect(image.check()).rejects.toMatchObject({
    code: 'STREAM_TRUNCATED',
    details: { offset: expect.any(Number), record: 'PAGE_DATA' },
  });
});

test('pages are extracted as they are in the end, and those that are not there are named', async () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(39));
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 4 }), range, async (records, [first, more]) => {
      const last = Math.min(40, first + more);
      const file = inMemory(imageOf(records), 5000);
      const memory = Buffer.alloc((last - first + 1) * PAGE_BYTES);

      const extractor = new PageExtractor(
        file,
        {
          write: async (bytes, position) => void bytes.copy(memory, position),
          clear: async (position, bytes) => void memory.fill(0, position, position + bytes),
        },
        { first, last },
      );
      const image = await openImageFile(file, { onPages: (batch) => extractor.take(batch) });
      await image.check();
      const there = new Set<number>();
      const expected = Buffer.alloc(memory.length);
      for (const { pfn, type, fill } of records.flat()) {
        if (pfn < first || pfn > last) continue;
        const value = hasPageData(type) ? fill : 0;
        expected.fill(value, (pfn - first) * PAGE_BYTES, (pfn - first + 1) * PAGE_BYTES);
        if (type === PAGE_TYPE.XTAB) there.delete(pfn);
        else there.add(pfn);
      }
      expect(memory.equals(expected)).toBe(true);
      expect(extractor.pages).toBe(there.size);
      expect(extractor.end).toBeLessThanOrEqual(memory.length);
      const missing = [...extractor.missing()].flatMap((run) => pfnsOf(run));
      expect(missing).toEqual(pfnsOf({ first, last }).filter((pfn) => !there.has(pfn)));
    }),
    { numRuns: 60 },
  );
});

test('pages that lie one behind the other are written together', async () => {
  const pages = Array.from({ length: 40 }, (_, pfn) => ({ pfn: pfn + 1, type: PAGE_TYPE.NOTAB, fill: 7 }));
  const file = inMemory(imageOf([pages]));
  const written: [number, number][] = [];
  const place = {
    write: async (bytes: Buffer, position: number) => void written.push([position, bytes.length]),
    clear: async () => undefined,
  };
  const extractor = new PageExtractor(file, place, { first: 11, last: 20 });
  await (await openImageFile(file, { onPages: (batch) => extractor.take(batch) })).check();
  expect(written).toEqual([[0, 10 * PAGE_BYTES]]);
});

function pfnsOf({ first, last }: PfnRange): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
