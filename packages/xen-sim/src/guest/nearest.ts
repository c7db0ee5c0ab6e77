/** The candidate that was probably meant by a mistyped word, if one is near enough. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 32) return undefined; // nobody mistypes that much
  return candidates
    .map((candidate) => ({ candidate, distance: distanceOf(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.ceil(candidate.length / 3))
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** Letters to insert, delete or replace to get from one word to the other. */
function distanceOf(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 0; row < from.length; row += 1) {
    const current = [row + 1];
    for (let column = 0; column < to.length; column += 1) {
      const [left = 0, diagonal = 0, up = 0] = [current[column], above[column], above[column + 1]];
      current.push(Math.min(diagonal + (from[row] === to[column] ? 0 : 1), left + 1, up + 1));
    }
    above = current;
  }
  return above.at(-1) ?? 0;
}
