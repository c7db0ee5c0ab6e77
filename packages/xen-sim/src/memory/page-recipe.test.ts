import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fillPage, recogniseRecipe } from './page-recipe.ts';
import type { Entropy, PageRecipe } from './page-recipe.ts';
import { PAGE_BYTES } from './page.ts';

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const recipes: fc.Arbitrary<PageRecipe> = fc.record({
  seed: uint32,
  gfn: uint32,
  version: fc.maxSafeNat(),
  entropy: fc.constantFrom('text', 'random'),
});

function made(recipe: PageRecipe): Buffer {
  const page = Buffer.alloc(PAGE_BYTES, 0xee);
  fillPage(recipe, page);
  return page;
}

describe('a page made by a recipe', () => {
  test('is the same each time, wherever it is made, and tells its recipe', () => {
    fc.assert(
      fc.property(recipes, fc.nat({ max: 7 }), (recipe, offset) => {
        const elsewhere = new Uint8Array(PAGE_BYTES + 7).subarray(offset, offset + PAGE_BYTES);
        fillPage(recipe, elsewhere);
        expect(made(recipe).equals(elsewhere)).toBe(true);
        expect(recogniseRecipe(elsewhere)).toEqual(recipe);
      }),
    );
  });

  test('has nothing in common with that of another recipe', () => {
    fc.assert(
      fc.property(recipes, recipes, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(made(one).equals(made(other))).toBe(false);
      }),
    );
    const next = { seed: 1, gfn: 1, version: 2, entropy: 'random' } as const;
    const tails = [next, { ...next, version: 3 }, { ...next, gfn: 2 }, { ...next, seed: 2 }].map((recipe) =>
      made(recipe).toString('hex', 24, 64),
    );
    expect(new Set(tails).size).toBe(4);
  });

  test('is not recognised any more when one byte of it is another', () => {
    fc.assert(
      fc.property(
        recipes,
        fc.nat({ max: PAGE_BYTES - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (recipe, at, flips) => {
          const page = made(recipe);
          page[at]! ^= flips;
          expect(recogniseRecipe(page)).toBeUndefined();
        },
      ),
    );
  });

  test('of no entropy is zeros, and those have no recipe', () => {
    const page = made({ seed: 1, gfn: 2, version: 3, entropy: 'zero' });
    expect(page.equals(Buffer.alloc(PAGE_BYTES))).toBe(true);
    expect(recogniseRecipe(page)).toBeUndefined();
  });
});

test('whatever follows the magic, recognising a page does no harm', () => {
  const forms = fc.constantFrom('sim text', 'sim rand', 'sim');
  fc.assert(
    fc.property(forms, fc.uint8Array({ maxLength: 40 }), (form, bytes) => {
      const page = Buffer.alloc(PAGE_BYTES);
      Buffer.from(bytes).copy(page, page.write(form));
      expect(recogniseRecipe(page)).toBeUndefined();
    }),
  );
  expect(recogniseRecipe(Buffer.from('sim text'))).toBeUndefined();
  expect(recogniseRecipe(new Uint8Array(0))).toBeUndefined();
});

test('only whole pages are filled', () => {
  const recipe = { seed: 1, gfn: 2, version: 3, entropy: 'zero' } as const;
  expect(() => fillPage(recipe, new Uint8Array(PAGE_BYTES + 1))).toThrow(RangeError);
});

test.each<[Entropy, number, number]>([
  ['text', 3, 5],
  ['random', 0.99, 1.01],
])('a compressor makes of %s what it should', (entropy, least, most) => {
  const memory = Buffer.alloc(256 * PAGE_BYTES);
  for (let gfn = 0; gfn < 256; gfn++) {
    fillPage(
      { seed: 7, gfn, version: 1, entropy },
      memory.subarray(gfn * PAGE_BYTES, (gfn + 1) * PAGE_BYTES),
    );
  }
  for (const packed of [gzipSync(memory), gzipSync(memory, { level: 1 }), zstdCompressSync(memory)]) {
    expect(memory.length / packed.length).toBeGreaterThan(least);
    expect(memory.length / packed.length).toBeLessThan(most);
  }
});
