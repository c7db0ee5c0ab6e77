import { streamError } from '../error.ts';
import type { PageBatch } from '../libxc/page-data.ts';
import { hasPageData, PAGE_TYPE, type PageType } from '../libxc/page-type.ts';
import { PAGE_BYTES, RECORD, recordName } from '../libxc/record-type.ts';
import type { StreamFile } from '../libxc/verify-file.ts';

/** What a record says of a page: here are its contents, it has some that do not matter, there is no such page (any more). */
export type PageNews = 'contents' | 'any' | 'absent';

/** Pages of a record that are alike, and lie one behind the other in the image. */
export interface PageStretch {
  readonly news: PageNews;
  /** in the order of the record; any number may come more than once, and the last one counts */
  readonly pfns: readonly number[];
  /** of all of them, 4 KiB each; empty but for `contents`. The next stretch has the same memory. */
  readonly bytes: Buffer;
}

/** Enough for a read to be worth it, 1 MiB. */
const MOST_PAGES = 256;
const NOTHING = Buffer.alloc(0);

/**
 * Reads the pages of a record, in its order: for `onPages` of `openImageFile`.
 *
 * @param isWanted whether a page is to be read. @default all of them
 * @throws VmToolsError STREAM_TRUNCATED when the file ends before its last page, and what the file rejects with
 */
export async function* readPages(
  file: StreamFile,
  batch: PageBatch,
  isWanted: (pfn: number) => boolean = () => true,
): AsyncGenerator<PageStretch, void> {
  let buffer: Buffer | undefined;
  for (const { news, pfns, offset } of stretchesOf(batch, isWanted)) {
    if (news === 'contents') {
      buffer ??= Buffer.allocUnsafeSlow(MOST_PAGES * PAGE_BYTES);
      const bytes = buffer.subarray(0, pfns.length * PAGE_BYTES);
      await fill(bytes, file, offset);
      yield { news, pfns, bytes };
    } else yield { news, pfns, bytes: NOTHING };
  }
}

interface Stretch {
  readonly news: PageNews;
  readonly pfns: number[];
  /** of its first page in the file */
  readonly offset: number;
}

function* stretchesOf(batch: PageBatch, isWanted: (pfn: number) => boolean): Generator<Stretch> {
  let { offset } = batch;
  let stretch: Stretch = { news: 'absent', pfns: [], offset };
  let end = offset;
  for (const { pfn, type } of batch.entries()) {
    const news = newsOf(type);
    if (isWanted(pfn)) {
      const { pfns } = stretch;
      const isFull = news === 'contents' && pfns.length === MOST_PAGES;
      if (stretch.news !== news || end !== offset || isFull) {
        if (pfns.length > 0) yield stretch;
        stretch = { news, pfns: [], offset };
      }
      stretch.pfns.push(pfn);
      end = news === 'contents' ? offset + PAGE_BYTES : offset;
    }
    if (news === 'contents') offset += PAGE_BYTES;
  }
  if (stretch.pfns.length > 0) yield stretch;
}

function newsOf(type: PageType): PageNews {
  if (hasPageData(type)) return 'contents';
  return type === PAGE_TYPE.XALLOC ? 'any' : 'absent';
}

async function fill(bytes: Buffer, file: StreamFile, offset: number): Promise<void> {
  for (let filled = 0; filled < bytes.length;) {
    const read = await file.read(bytes.subarray(filled), offset + filled);
    if (read === 0) {
      const place = { offset: offset + filled, record: recordName(RECORD.PAGE_DATA) };
      throw streamError('STREAM_TRUNCATED', 'the bytes end before the stream does', place);
    }
    filled += read;
  }
}
