import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CPU_FEATURE_WORDS } from '../versions/index.ts';
import { cpuFeatures, cpuVendor, findLeaf } from './cpu-policy.ts';
import { LEAF_BYTES, CPUID_REGISTER_OFFSETS } from './entries.ts';
import { NO_SUBLEAF } from './feature-words.ts';

const NAMED = CPU_FEATURE_WORDS.flatMap((word) =>
  word.names.flatMap((name, bit) => (name === undefined ? [] : [{ word, name, bit }])),
);
const msrs = Buffer.alloc(0);

/** A policy in which nothing but these bits is set. */
function withBits(bits: readonly (typeof NAMED)[number][]): { cpuid: Buffer; msrs: Buffer } {
  const leaves = bits.map(({ word: { leaf, subleaf } }) => `${leaf} ${subleaf}`);
  const cpuid = Buffer.concat(
    [...new Set(leaves)].map((text) => {
      const bytes = Buffer.alloc(LEAF_BYTES);
      text.split(' ').forEach((number, index) => bytes.writeUInt32LE(Number(number), index * 4));
      return bytes;
    }),
  );
  for (const { word, bit } of bits) {
    const leaf = findLeaf(cpuid, word.leaf, word.subleaf) as Buffer;
    const at = CPUID_REGISTER_OFFSETS[word.register];
    leaf.writeUInt32LE((leaf.readUInt32LE(at) | (1 << bit)) >>> 0, at);
  }
  return { cpuid, msrs };
}

describe('features', () => {
  test('no two share a name or a bit', () => {
    expect(new Set(NAMED.map(({ name }) => name)).size).toBe(NAMED.length);
    const places = CPU_FEATURE_WORDS.map(({ leaf, subleaf, register }) => `${leaf} ${subleaf} ${register}`);
    expect(new Set(places).size).toBe(places.length);
    expect(CPU_FEATURE_WORDS.every(({ names }) => names.length <= 32)).toBe(true);
  });

  test('whichever bits are set are the ones that are told', () => {
    fc.assert(
      fc.property(fc.subarray(NAMED), (bits) => {
        expect([...cpuFeatures(withBits(bits))].sort()).toEqual(bits.map(({ name }) => name).sort());
      }),
    );
  });

  test('bytes that are no policy tell nothing and do no harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (cpuid) => {
        expect(cpuFeatures({ cpuid, msrs })).toBeInstanceOf(Set);
        expect(cpuVendor({ cpuid, msrs })).toMatch(/^[ -~]{0,12}$/);
      }),
    );
  });
});

test('a leaf is found by its number, and by that of its part where it matters', () => {
  const cpuid = Buffer.alloc(2 * LEAF_BYTES);
  cpuid.writeUInt32LE(7, 0);
  cpuid.writeUInt32LE(7, LEAF_BYTES);
  cpuid.writeUInt32LE(1, LEAF_BYTES + 4);
  expect(findLeaf(cpuid, 7)?.byteOffset).toBe(cpuid.byteOffset);
  expect(findLeaf(cpuid, 7, 1)?.byteOffset).toBe(cpuid.byteOffset + LEAF_BYTES);
  expect(findLeaf(cpuid, 7, NO_SUBLEAF)).toBeUndefined();
  expect(findLeaf(cpuid.subarray(0, LEAF_BYTES + 20), 7, 1)).toBeUndefined();
});
