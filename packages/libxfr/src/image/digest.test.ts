import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ImageDigest } from './digest.ts';

const run = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 1, max: 3 * 2 ** 20 }),
);
const image = fc.array(run, { maxLength: 8 });

function digestOf(runs: readonly (Buffer | number)[], hashesZeros: boolean): string {
  const digest = new ImageDigest({ hashesZeros });
  for (const each of runs) {
    if (typeof each === 'number') digest.addZeros(each);
    else digest.add(each);
  }
  return digest.hex();
}

/** The same image, otherwise divided. */
const halved = (runs: readonly (Buffer | number)[]): (Buffer | number)[] =>
  runs.flatMap((each): (Buffer | number)[] => {
    if (typeof each !== 'number') return [each.subarray(0, 1), each.subarray(1)];
    return each === 1 ? [each] : [Math.floor(each / 2), Math.ceil(each / 2)];
  });

test('it does not matter how an image was divided', () => {
  fc.assert(
    fc.property(image, fc.boolean(), (runs, hashesZeros) => {
      expect(digestOf(halved(runs), hashesZeros)).toBe(digestOf(runs, hashesZeros));
    }),
  );
});

test('it matters where zeros are, and how many', () => {
  const data = Buffer.from('data');
  const images = [[data, 8], [8, data], [data, 9], [data], [data, 8, data], [data, data, 8], [8], []];
  expect(new Set(images.map((runs) => digestOf(runs, false))).size).toBe(images.length);
});

test('for an older peer it is that of all bytes', () => {
  fc.assert(
    fc.property(image, (runs) => {
      const hash = createHash('blake2b512');
      for (const each of runs) hash.update(typeof each === 'number' ? Buffer.alloc(each) : each);
      expect(digestOf(runs, true)).toBe(hash.digest('hex'));
    }),
    { numRuns: 30 },
  );
});
