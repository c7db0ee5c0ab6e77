import {
  encodeHvmContext,
  encodeHvmParams,
  encodePageDataHead,
  encodeRecord,
  encodeTscInfo,
  type PageEntry,
} from '../libxc/encode.ts';
import { encodeLibxcHeader } from '../libxc/header.ts';
import { PAGE_TYPE } from '../libxc/page-type.ts';
import { PAGE_BYTES, RECORD } from '../libxc/record-type.ts';

export interface SyntheticPvhOptions {
  /** pages of RAM; two special pages come on top */
  readonly pages: number;
  /** pfns behind the RAM that are announced as absent. @default 0 */
  readonly absentPfns?: number;
  /** how often RAM is sent, as a live save does. @default 1 */
  readonly rounds?: number;
  /** @default 1024 */
  readonly pagesPerRecord?: number;
  /** @default 3 */
  readonly version?: 2 | 3;
}

/** The pfns at which libxl puts them in a PVH guest. */
export const STORE_PFN = 0xfeffc;
export const CONSOLE_PFN = 0xfefff;

/**
 * A libxc stream as libxc would write it of a PVH domain, made on the fly: a record's head is one chunk, its pages
 * another one, which is used again and again.
 */
export function* syntheticPvh(options: SyntheticPvhOptions): Generator<Uint8Array> {
  const { pages, absentPfns = 0, rounds = 1, pagesPerRecord = 1024, version = 3 } = options;
  yield encodeLibxcHeader({ version, type: 'hvm', xenMajor: 4, xenMinor: 17 });
  if (version === 3) {
    yield encodeRecord(RECORD.X86_CPUID_POLICY, Buffer.alloc(3 * 24));
    yield encodeRecord(RECORD.X86_MSR_POLICY, Buffer.alloc(2 * 16));
    yield encodeRecord(RECORD.STATIC_DATA_END);
  }
  for (let round = 0; round < rounds; round++)
    yield* pageData(range(0, pages), PAGE_TYPE.NOTAB, pagesPerRecord);
  yield* pageData(range(pages, pages + absentPfns), PAGE_TYPE.XTAB, pagesPerRecord);
  yield* pageData([STORE_PFN, CONSOLE_PFN], PAGE_TYPE.NOTAB, pagesPerRecord);
  yield encodeTscInfo({ mode: 0, khz: 2_400_000, nsec: 1_000_000_000n, incarnation: 1 });
  yield encodeHvmContext([{ type: 2, instance: 0, data: Buffer.alloc(1032, 0x5a) }]);
  yield encodeHvmParams([
    [1, BigInt(STORE_PFN)],
    [17, BigInt(CONSOLE_PFN)],
  ]);
  yield encodeRecord(RECORD.END);
}

function* pageData(
  pfns: Iterable<number>,
  type: PageEntry['type'],
  pagesPerRecord: number,
): Generator<Uint8Array> {
  const content = Buffer.alloc(pagesPerRecord * PAGE_BYTES, 'guest memory ');
  const batch: PageEntry[] = [];
  const isWithData = type === PAGE_TYPE.NOTAB;
  for (const pfn of pfns) {
    batch.push({ pfn, type });
    if (batch.length === pagesPerRecord) yield* flush();
  }
  if (batch.length > 0) yield* flush();

  function* flush(): Generator<Uint8Array> {
    yield encodePageDataHead(batch);
    if (isWithData) yield content.subarray(0, batch.length * PAGE_BYTES);
    batch.length = 0;
  }
}

function* range(start: number, end: number): Generator<number> {
  for (let pfn = start; pfn < end; pfn++) yield pfn;
}
