import { expect, test } from '@jest/globals';
import { cpuLeaves, limitLeaves } from './cpu-leaves.ts';
import { LEAF_BYTES } from './entries.ts';
import { NO_SUBLEAF } from './feature-words.ts';

/** Entries of a policy: leaf, subleaf, eax. */
function policy(...entries: readonly (readonly [number, number, number])[]): Buffer {
  return Buffer.concat(
    entries.map(([leaf, subleaf, eax]) => {
      const bytes = Buffer.alloc(LEAF_BYTES, 0xee);
      bytes.writeUInt32LE(leaf, 0);
      bytes.writeUInt32LE(subleaf, 4);
      bytes.writeUInt32LE(eax, 8);
      return bytes;
    }),
  );
}

const WHOLE = policy(
  [0, NO_SUBLEAF, 13],
  [7, 0, 2],
  [7, 1, 9],
  [0x8000_0000, NO_SUBLEAF, 0x8000_0021],
  [1, NO_SUBLEAF, 77],
);

test('the numbers of leaves are read and limited, and nothing else is changed', () => {
  expect(cpuLeaves({ cpuid: WHOLE })).toEqual({ basic: 13, features: 2, extended: 0x21 });
  expect(limitLeaves(WHOLE, { basic: 20, features: 1, extended: 8 })).toEqual(
    policy(
      [0, NO_SUBLEAF, 13],
      [7, 0, 1],
      [7, 1, 9],
      [0x8000_0000, NO_SUBLEAF, 0x8000_0008],
      [1, NO_SUBLEAF, 77],
    ),
  );
});

test('a policy that does not say has none', () => {
  expect(cpuLeaves({ cpuid: Buffer.alloc(0) })).toEqual({ basic: 0, features: 0, extended: 0 });
  const odd = policy([0x8000_0000, NO_SUBLEAF, 0]);
  expect(cpuLeaves({ cpuid: odd }).extended).toBe(0);
});
