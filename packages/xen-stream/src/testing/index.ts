/**
 * Streams for tests, made on the fly: `for (const chunk of syntheticPvh({ pages: 4096 })) …`
 *
 * @packageDocumentation
 */
export { CONSOLE_PFN, STORE_PFN, syntheticPvh } from './synthetic-pvh.ts';
export type { SyntheticPvhOptions } from './synthetic-pvh.ts';
export { syntheticPv } from './synthetic-pv.ts';
export type { SyntheticPvOptions } from './synthetic-pv.ts';
