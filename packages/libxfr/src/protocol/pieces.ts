/** How many bytes some pieces have together. */
export function bytesIn(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** The first `bytes` of some pieces, or all if there are no more, and what is behind them; nothing is copied. */
export function cut(
  pieces: readonly Buffer[],
  bytes: number,
): readonly [front: readonly Buffer[], rest: readonly Buffer[]] {
  let left = bytes;
  for (const [index, piece] of pieces.entries()) {
    if (piece.length > left) {
      const [front, rest] = [pieces.slice(0, index), pieces.slice(index)];
      if (left > 0) front.push(piece.subarray(0, left));
      rest[0] = piece.subarray(left);
      return [front, rest];
    }
    left -= piece.length;
  }
  return [pieces, []];
}
