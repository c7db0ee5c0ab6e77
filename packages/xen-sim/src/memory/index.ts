/**
 * A guest's memory: sparse, with real contents, of any size.
 *
 * @example
 * ```ts
 * const memory = new GuestMemory();
 * memory.populate(0, 2 ** 28); // 1 TiB of zeros, at once
 * memory.startLogDirty();
 * memory.writeRecipe(42, { seed: 7, version: 1, entropy: 'text' }); // twelve bytes here, 4 KiB in a stream
 * memory.readPage(42, page);
 * for (const [start, count] of memory.takeDirty().ranges()) console.log(start, count); // 42 1
 * ```
 *
 * @packageDocumentation
 */
export { PAGE_BYTES } from './page.ts';
export { fillPage, recogniseRecipe } from './page-recipe.ts';
export type { Entropy, PageRecipe } from './page-recipe.ts';
export { SparseBitmap } from './sparse-bitmap.ts';
export { GuestMemory } from './guest-memory.ts';
