import { corrupt, streamError, type StreamPlace } from '../error.ts';
import { hasPageData, isPageType, PAGE_TYPE } from './page-type.ts';
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

/** The upper half of the word of an absent pfn below 2 ** 32. */
const XTAB_WORD = (PAGE_TYPE.XTAB << 28) >>> 0;

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
  const words = wordsFrom(head, RECORD_HEADER_BYTES + PAGE_DATA_HEADER_BYTES);
  const counts = countHole(words, endPfn, state) ?? checkPfns(words, endPfn, state, place);
  if (populated.size > state.maxPages) throw tooManyPages(state, place);
  const expected = head.length - RECORD_HEADER_BYTES + counts.pages * PAGE_BYTES;
  if (length !== expected) {
    throw corrupt(`its length is ${length}, but ${counts.pages} pages with data make ${expected}`, place);
  }
  return counts;
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
 * The same in a fraction of the time, for what nearly all of a million pfns of a PVH guest are like: pfn after pfn
 * without memory, and far from those that have some. Undefined for anything else.
 */
function countHole(words: Uint32Array, endPfn: number, { populated }: StreamState): PageCounts | undefined {
  const count = words.length / 2;
  const first = words[0] ?? 0;
  for (let at = 0; at < words.length; at += 2) {
    if (words[at + 1] !== XTAB_WORD || words[at] !== first + at / 2) return undefined;
  }
  if (first + count > endPfn || !populated.isEmptyAround(first, first + count - 1)) return undefined;
  return { pages: 0, duplicates: 0, absent: count, isHole: true };
}

/** Little-endian words of 32 bits, as the processors that Xen runs on have them: copied, which aligns them. */
function wordsFrom(head: Buffer, at: number): Uint32Array {
  return new Uint32Array(new Uint8Array(head.subarray(at)).buffer);
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
