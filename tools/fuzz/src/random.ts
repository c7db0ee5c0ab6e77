/** Numbers by chance that are the same ones again from the same seed. */
export interface Random {
  /** from 0 to 2 ** 32 - 1 */
  word(): number;
  /** from 0 to `limit` - 1 */
  below(limit: number): number;
  /** Whether the one case in so many has come. */
  oneIn(cases: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** Each input has a seed of its own, so that any of them can be made again without those before it. */
export function createRandom(...seeds: readonly number[]): Random {
  let state = 0x9e37_79b9;
  for (const seed of seeds) state = mix(state ^ mix(seed >>> 0));
  const word = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    return mix(state);
  };
  const below = (limit: number): number => Math.floor((word() / 2 ** 32) * limit);
  return {
    word,
    below,
    oneIn: (cases) => below(cases) === 0,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
  };
}

/** The finisher of MurmurHash 3: each bit of the result depends on each bit of the word. */
function mix(word: number): number {
  let bits = word;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
