/**
 * Streams for tests, made on the fly: `for (const chunk of syntheticPvh({ pages: 4096 })) …`; and what Xen's own
 * verify-stream-v2 says of one.
 *
 * @packageDocumentation
 */
export { CONSOLE_PFN, STORE_PFN, syntheticPvh } from './synthetic-pvh.ts';
export type { SyntheticPvhOptions } from './synthetic-pvh.ts';
export { syntheticPv } from './synthetic-pv.ts';
export type { SyntheticPvOptions } from './synthetic-pv.ts';
export { provideVerifyStream } from './provide-verify-stream.ts';
export { askVerifyStream } from './verify-stream-v2.ts';
export type { StreamFormat } from './verify-stream-v2.ts';
export { readCore, type ReadCore } from './read-core.ts';
