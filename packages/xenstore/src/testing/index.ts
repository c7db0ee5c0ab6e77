/**
 * A xenstored in memory that speaks the wire protocol: for tests and simulated hosts.
 *
 * @example
 * ```ts
 * const xenstored = new MemoryXenstored();
 * const store = await connectXenstore({ stream: xenstored.connect() });
 * ```
 *
 * @packageDocumentation
 */
export { MemoryXenstored } from './memory-xenstored.ts';
