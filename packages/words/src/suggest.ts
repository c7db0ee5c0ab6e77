/** The candidate that was probably meant by a mistyped `word`, if one is near enough. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined; // no user mistypes that much, and the distance costs the product of lengths
  const plain = simplify(word);
  const limit = Math.max(1, Math.floor(plain.length / 3));
  const near = candidates
    .map((candidate) => ({ candidate, distance: editDistance(plain, simplify(candidate)) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.candidate;
}

/** on_crash and onCrash are one word to a user who mixes up two formats. */
function simplify(word: string): string {
  return word.toLowerCase().replaceAll(/[._-]/g, '');
}

/**
 * Letters to insert, delete or replace, and neighbours to change places, to get from one word to the other (optimal
 * string alignment).
 */
export function editDistance(from: string, to: string): number {
  let above: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i += 1) {
    const twoAbove = above;
    above = row;
    row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (above[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwapped ? (twoAbove[j - 2] as number) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
  }
  return row[to.length] as number;
}
