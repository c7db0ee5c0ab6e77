import { PAGE_TYPE } from './page-type.ts';

/** The upper halves of the words of pfns below 2 ** 32: without memory, and with a page of data. */
const ABSENT_WORD = (PAGE_TYPE.XTAB << 28) >>> 0;
const PAGE_WORD = PAGE_TYPE.NOTAB;
const WORD_BYTES = 8;
/** libxc lists as many in a batch. */
const MOST_PFNS = 1024;
const HALVES = 2 ** 16;

// To allocate these for each list would take longer than all else.
const words = new Uint32Array(2 * MOST_PFNS);
const wordBytes = Buffer.from(words.buffer);
const halves = new Uint16Array(words.length);
const halfBytes = Buffer.from(halves.buffer);
const upperHalves = Buffer.alloc(halfBytes.length);
let expected: { readonly half: number; readonly word: number } | undefined;
let counted: Buffer | undefined;

/**
 * The type of a list of pfn words that is of pfns of one type, one after the other: without memory, as nearly all of a
 * million pfns of a PVH guest are, or with a page each, as nearly all others are in the first round. undefined for any
 * other, and for some that are: longer ones, those that lie across a multiple of 65536 or beyond 2 ** 32.
 *
 * A tool that saves one small guest has ended before its loops would have been compiled, and the guest stands still
 * meanwhile. So there is no loop here: the lower and the upper halves of all 32-bit words are picked out, and compared
 * with what they should be, by what the engine brings along. That is six times as fast where nothing is compiled.
 */
export function typeOfRun(list: Buffer): typeof PAGE_TYPE.XTAB | typeof PAGE_TYPE.NOTAB | undefined {
  const word = list.readUInt32LE(4);
  if ((word !== ABSENT_WORD && word !== PAGE_WORD) || list.length > wordBytes.length) return undefined;
  const first = list.readUInt32LE(0);
  const from = first % HALVES;
  const end = list.length / 2;
  const count = list.length / WORD_BYTES;
  if (from + count > HALVES || list.readUInt32LE(list.length - WORD_BYTES) !== first + count - 1)
    return undefined;
  pickHalves(list);
  counted ??= countHalves();
  if (counted.compare(halfBytes, 0, end, 4 * from, 4 * from + end) !== 0) return undefined;
  pickHalves(list.subarray(2));
  expectUpper(first >>> 16, word);
  if (upperHalves.compare(halfBytes, 0, end, 0, end) !== 0) return undefined;
  return word === ABSENT_WORD ? PAGE_TYPE.XTAB : PAGE_TYPE.NOTAB;
}

/**
 * The lower halves of all 32-bit words, little-endian as the processors that Xen runs on. Two bytes further on, these
 * are the upper ones.
 */
function pickHalves(list: Buffer): void {
  wordBytes.set(list);
  halves.set(words);
}

/** The upper halves of all words: of the pfn, and of its type. */
function expectUpper(half: number, word: number): void {
  if (expected?.half === half && expected.word === word) return;
  expected = { half, word };
  const pair = Uint16Array.of(half, word >>> 16);
  upperHalves.fill(Buffer.from(pair.buffer));
}

/** 0, 0, 1, 0, 2, 0, …: the lower halves of the words of 65536 pfns. */
function countHalves(): Buffer {
  const all = new Uint16Array(2 * HALVES);
  for (let half = 0; half < HALVES; half += 1) all[2 * half] = half;
  return Buffer.from(all.buffer);
}
