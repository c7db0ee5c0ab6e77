import { corrupt, streamError, type StreamPlace } from '../error.ts';
import type { PageEntry } from './encode.ts';
import { hasPageData, isPageType, PAGE_TYPE, type PageType } from './page-type.ts';
import { typeOfRun } from './pfn-run.ts';
import { PAGE_BYTES, RECORD_HEADER_BYTES } from './record-type.ts';
import type { StreamState } from './stream-state.ts';

/**
 * PAGE_DATA: a batch of pages. libxc writes at most 1024 pfns in a batch.
 *
 *     0        4        8         16            16 + 8 * count
 *     +--------+--------+---------+---------+---+----------------+
 *     | type 1 | length | count 0 | pfn[0]  | … | page[0] | …    |
 *     +--------+--------+---------+---------+---+----------------+
 *
 * A pfn word is: page type in bits 63-60, zeroes, pfn in bits 51-0. Only some types bring a page along, in the order
 * of their pfns, so that the length of the record follows from the list. The list is all that a verifier must see.
 */
const PAGE_DATA_HEADER_BYTES = 8;

/**
 * The longest pfn list that is accepted, because the list is held until it has been checked. Longer ones would have
 * to be of absent pfns nearly all: with their pages they do not fit in a record.
 */
const PAGE_DATA_MAX_PFNS = 1024 * 1024;

/** What one PAGE_DATA record brings. */
export interface PageBatch {
  /**
   * Where its first page begins, bytes from the beginning of the input: the pages of those pfns that have some
   * (`hasPageData`) lie there one behind the other, in the order of the list.
   */
  readonly offset: number;
  /** its pfns with their types, in the order of the record */
  entries(): Iterable<PageEntry>;
}

export interface PageCounts {
  /** pages with data */
  readonly pages: number;
  /** of these, pages whose pfn was populated already: sent again in a later round of a live save */
  readonly duplicates: number;
  readonly absent: number;
  /** Whether it lists nothing but pfns that have no memory and had none before. */
  readonly isHole: boolean;
}

/**
 * The length of a record's head, which is its header, its count and its pfn list.
 *
 * @param unit what is there of it: as much as this function asked for, beginning with the record's header
 */
export function pageDataHeadBytes(unit: Buffer, length: number, place: StreamPlace): number {
  const fixed = RECORD_HEADER_BYTES + PAGE_DATA_HEADER_BYTES;
  if (unit.length < fixed) return fixed;
  const count = unit.readUInt32LE(RECORD_HEADER_BYTES);
  if (unit.readUInt32LE(RECORD_HEADER_BYTES + 4) !== 0) throw corrupt('reserved bits are set', place);
  if (count === 0) throw corrupt('it lists no pfn', place);
  if (PAGE_DATA_HEADER_BYTES + 8 * count > length) {
    throw corrupt(`its length ${length} has no room for ${count} pfns`, place);
  }
  if (count > PAGE_DATA_MAX_PFNS) {
    throw streamError('STREAM_TOO_LARGE', `${count} pfns are more than ${PAGE_DATA_MAX_PFNS}`, place);
  }
  return fixed + 8 * count;
}

/** Checks a whole head, and notes its pfns in the state. */
export function checkPageDataHead(
  head: Buffer,
  length: number,
  state: StreamState,
  place: StreamPlace,
): PageCounts {
  const { populated } = state;
  const endPfn = endOfPfns(state, place);
  const list = head.subarray(RECORD_HEADER_BYTES + PAGE_DATA_HEADER_BYTES);
  const counts = countRun(list, endPfn, state) ?? checkPfns(wordsOf(list), endPfn, state, place);
  if (populated.size > state.maxPages) throw tooManyPages(state, place);
  const expected = head.length - RECORD_HEADER_BYTES + counts.pages * PAGE_BYTES;
  if (length !== expected) {
    throw corrupt(`its length is ${length}, but ${counts.pages} pages with data make ${expected}`, place);
  }
  return counts;
}

/**
 * The list of a head that has been checked.
 *
 * @param head its memory may be used for something else afterwards
 * @param offset where its pages begin, bytes from the beginning of the input
 */
export function pageBatch(head: Buffer, offset: number): PageBatch {
  const words = wordsOf(head.subarray(RECORD_HEADER_BYTES + PAGE_DATA_HEADER_BYTES));
  return { offset, entries: () => entriesOf(words) };
}

function* entriesOf(words: Uint32Array): Generator<PageEntry> {
  for (let at = 0; at < words.length; at += 2) {
    const [low = 0, high = 0] = [words[at], words[at + 1]];
    yield { pfn: (high & 0xfffff) * 2 ** 32 + low, type: (high >>> 28) as PageType };
  }
}

function checkPfns(words: Uint32Array, endPfn: number, state: StreamState, place: StreamPlace): PageCounts {
  const { populated } = state;
  let pages = 0;
  let duplicates = 0;
  let absent = 0;
  let isHole = true;
  for (let at = 0; at < words.length; at += 2) {
    const low = words[at] ?? 0;
    const high = words[at + 1] ?? 0;
    const type = high >>> 28;
    const pfn = (high & 0xfffff) * 2 ** 32 + low;
    if ((high & 0x0ff0_0000) !== 0) throw corrupt(`reserved bits are set in pfn ${hex(pfn)}`, place);
    if (!isPageType(type)) throw corrupt(`pfn ${hex(pfn)} is of the unknown type ${type}`, place);
    if (pfn >= endPfn) throw beyond(pfn, state, place);
    if (hasPageData(type)) {
      pages++;
      isHole = false;
      if (!populated.add(pfn)) duplicates++;
    } else if (type === PAGE_TYPE.XALLOC) {
      isHole = false;
      populated.add(pfn);
    } else {
      absent++;
      const isGone = populated.delete(pfn);
      if (isGone || type !== PAGE_TYPE.XTAB) isHole = false;
    }
  }
  return { pages, duplicates, absent, isHole };
}

/**
 * The same in a fraction of the time for pfn after pfn with a page each, or without memory and far from those that have
 * some.
 */
function countRun(list: Buffer, endPfn: number, { populated }: StreamState): PageCounts | undefined {
  const type = typeOfRun(list);
  const [first, count] = [list.readUInt32LE(0), list.length / 8];
  const last = first + count - 1;
  if (type === undefined || last >= endPfn) return undefined;
  if (type === PAGE_TYPE.NOTAB)
    return { pages: count, duplicates: count - populated.addRange(first, last), absent: 0, isHole: false };
  if (!populated.isEmptyAround(first, last)) return undefined;
  return { pages: 0, duplicates: 0, absent: count, isHole: true };
}

/** Little-endian words of 32 bits, as the processors that Xen runs on have them: copied, which aligns them. */
function wordsOf(list: Buffer): Uint32Array {
  return new Uint32Array(new Uint8Array(list).buffer);
}

/** A PV domain's pfns are those that its p2m covers; any other's are limited by the caller's ceiling alone. */
function endOfPfns(state: StreamState, place: StreamPlace): number {
  if (state.header.type === 'hvm') return state.maxPfns;
  if (state.p2mEndPfn < 0) throw corrupt('it came before X86_PV_P2M_FRAMES', place);
  return state.p2mEndPfn + 1;
}

function beyond(pfn: number, state: StreamState, place: StreamPlace): Error {
  if (state.header.type === 'pv') return corrupt(`pfn ${hex(pfn)} is beyond the p2m`, place);
  return streamError(
    'STREAM_TOO_LARGE',
    `pfn ${hex(pfn)} is beyond the limit of ${state.maxPfns} pfns`,
    place,
  );
}

function tooManyPages({ populated, maxPages }: StreamState, place: StreamPlace): Error {
  const problem = `it makes ${populated.size} pages of memory, and the domain has ${maxPages} at most`;
  return streamError('STREAM_TOO_LARGE', problem, place, {
    hint: 'the image does not fit the configuration that came with it: save or transfer the domain again',
  });
}

function hex(pfn: number): string {
  return `0x${pfn.toString(16)}`;
}
