/**
 * Words whose letters a compressor brings to about a quarter, as it does with the memory of a usual guest: nonsense
 * of English stems and endings, each just as long as a machine word, so that it is written as fast as random bytes.
 */
const STEMS = words(
  'workmarkcallloadlinkreadsendturnformpassparttestlistfacthandhelp' +
    'lockpackpostrestsortviewwarnwindtalktaskstepsignseatrollrainroom',
);
const ENDINGS = words('ing ers ed, ful  to  in  of s.\n ');

/** Fills the words from an index on with random bits. */
export function fillRandom(target: Uint32Array, from: number, seed: number): void {
  let state = seed || 1;
  for (let index = from; index < target.length; index++) {
    state = xorshift(state);
    target[index] = state;
  }
}

/** Fills the words from an index on, an even number of them, with text. */
export function fillText(target: Uint32Array, from: number, seed: number): void {
  let state = seed || 1;
  for (let index = from; index < target.length; index += 2) {
    state = xorshift(state);
    target[index] = STEMS[state & 31] ?? 0;
    target[index + 1] = ENDINGS[(state >>> 5) & 7] ?? 0;
  }
}

/** Marsaglia's generator of 32 bits: enough against compressors, and nothing else runs at GiB/s in JavaScript. */
function xorshift(state: number): number {
  const a = state ^ (state << 13);
  const b = a ^ (a >>> 17);
  return b ^ (b << 5);
}

function words(text: string): Uint32Array {
  return new Uint32Array(Uint8Array.from(Buffer.from(text, 'latin1')).buffer);
}
