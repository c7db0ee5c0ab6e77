import { MAX_ZEROS } from '../protocol/messages.ts';
import { bytesIn, cut } from '../protocol/pieces.ts';

/** The smallest run of zeros that is left out. */
export const BLOCK_BYTES = 4096;
const RUN_BYTES = 16 * BLOCK_BYTES;
/** As many as one frame may stand for; to be read only. */
export const ZEROS = Buffer.alloc(MAX_ZEROS);

/** A part of an image that is nothing but zeros, or one that should be taken as it is. */
export interface Span {
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
  readonly isZero: boolean;
}

/**
 * Divides pieces of an image into what is zero and what is not, wherever one piece ends and the next begins. Most
 * memory of most guests is zero: it need not cross a network, nor lie on a disk. Only whole blocks of 4 KiB count as
 * zero, so that a span is never smaller than what it saves; behind one, a part of a block does, too. Pieces seldom end
 * where a page does, and without it there would be some bytes of data between each two.
 *
 * @param offset where the first piece begins in its file: blocks are aligned to that
 */
export function* zeroSpans(pieces: readonly Buffer[], offset = 0): Generator<Span> {
  const length = bytesIn(pieces);
  const isZeroBlock = blockTest(pieces);
  let rest = pieces;
  let start = 0;
  let isZero = false;
  for (let at = 0; at < length;) {
    let end = Math.min(length, at + BLOCK_BYTES - ((offset + at) % BLOCK_BYTES));
    const isZeroNow: boolean = (isZero || end - at === BLOCK_BYTES) && isZeroBlock(at, end);
    // Where one is zero many are: to ask for each takes longer than to look at them.
    if (isZeroNow) while (end + RUN_BYTES <= length && isZeroBlock(end, end + RUN_BYTES)) end += RUN_BYTES;
    if (isZeroNow !== isZero && at > start) {
      const [front, behind] = cut(rest, at - start);
      yield { pieces: front, bytes: at - start, isZero };
      rest = behind;
      start = at;
    }
    isZero = isZeroNow;
    at = end;
  }
  if (length > start) yield { pieces: rest, bytes: length - start, isZero };
}

/** Tells whether what is from one place to another is zero. It is asked from the front to the end, and again where not. */
function blockTest(pieces: readonly Buffer[]): (at: number, end: number) => boolean {
  let behindZeros = { index: 0, begin: 0 }; // a piece, and where it begins
  return (at, end) => {
    let { index, begin } = behindZeros;
    for (let from = at; from < end;) {
      const piece = pieces[index] as Buffer;
      const behind = begin + piece.length;
      if (from < behind) {
        const to = Math.min(behind, end);
        if (!isAllZero(piece, from - begin, to - begin)) return false;
        from = to;
      } else {
        begin = behind;
        index += 1;
      }
    }
    behindZeros = { index, begin };
    return true;
  };
}

function isAllZero(piece: Buffer, start: number, end: number): boolean {
  return piece[start] === 0 && ZEROS.compare(piece, start, end, 0, end - start) === 0;
}
