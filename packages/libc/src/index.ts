/**
 * The calls of the C library that Node lacks, each under its own name. koffi is loaded by the first one.
 *
 * @example
 * ```ts
 * const { flock } = await loadLibc();
 * if (!flock(fd, 'exclusive')) console.log('another process holds it');
 * ```
 *
 * @packageDocumentation
 */
export { loadLibc } from './load-libc.ts';
export type { FlockMode, Libc, RecordLockOwner } from './load-libc.ts';
