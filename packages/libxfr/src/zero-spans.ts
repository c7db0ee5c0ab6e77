const BLOCK_BYTES = 4096;
const ZEROS = Buffer.alloc(BLOCK_BYTES);

/** A part of a chunk that is nothing but zeros, or one that should be taken as it is. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly isZero: boolean;
}

/**
 * Cuts a chunk into what is zero and what is not. Most memory of most guests is zero: it need not cross a network, nor
 * lie on a disk. Only whole blocks of 4 KiB count as zero, so that a span is never smaller than what it saves.
 *
 * @param offset where the chunk begins in its file: blocks are aligned to that
 */
export function* zeroSpans(chunk: Buffer, offset = 0): Generator<Span> {
  let start = 0;
  let isZero = false;
  for (let at = 0; at < chunk.length;) {
    const end = Math.min(chunk.length, at + BLOCK_BYTES - ((offset + at) % BLOCK_BYTES));
    const isZeroBlock = end - at === BLOCK_BYTES && isAllZero(chunk, at);
    if (isZeroBlock !== isZero && at > start) {
      yield { start, end: at, isZero };
      start = at;
    }
    isZero = isZeroBlock;
    at = end;
  }
  if (chunk.length > start) yield { start, end: chunk.length, isZero };
}

function isAllZero(chunk: Buffer, at: number): boolean {
  return chunk[at] === 0 && ZEROS.compare(chunk, at, at + BLOCK_BYTES) === 0;
}
