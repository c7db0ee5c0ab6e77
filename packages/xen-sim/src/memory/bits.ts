/** How many bits of a word are set. */
export function popcount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** The number of the lowest bit set; the word must not be 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** The bits [from, to) of a word, of which either end may lie beyond it. */
export function maskOfBits(from: number, to: number): number {
  const fromOn = from <= 0 ? -1 : -1 << from;
  const below = to >= 32 ? -1 : ~(-1 << to);
  return fromOn & below;
}
