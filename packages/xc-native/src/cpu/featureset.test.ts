import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CPU_FEATURE_WORDS } from '../versions/index.ts';
import { CPU_FEATURE_NAMES, featuresetOf } from './featureset.ts';

test('each name sets one bit, at its place', () => {
  const ones = (bytes: Buffer): number =>
    [...bytes].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
  fc.assert(
    fc.property(fc.subarray([...CPU_FEATURE_NAMES]), (names) => {
      const featureset = featuresetOf(names);
      expect(ones(featureset)).toBe(names.length);
      for (const { word, names: bits } of CPU_FEATURE_WORDS)
        bits.forEach((name, bit) => {
          const isSet = ((featureset.readUInt32LE(word * 4) >>> bit) & 1) === 1;
          expect(isSet).toBe(name !== undefined && names.includes(name));
        });
    }),
    { numRuns: 20 },
  );
});

test.each(['AESNI', '', 'nonsense', 'constructor'])('"%s" is none', (name) => {
  expect(() => featuresetOf(['fpu', name])).toThrow(
    expect.objectContaining({ code: 'XEN_CPU_FEATURE', kind: 'usage', details: { name } }),
  );
});
