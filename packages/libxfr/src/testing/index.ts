/**
 * Guests that are only bytes, for tests of what moves them.
 *
 * @packageDocumentation
 */
export { FakeSource } from './fake-source.ts';
export { FakeTarget } from './fake-target.ts';
export type { FakeTargetInit } from './fake-target.ts';
