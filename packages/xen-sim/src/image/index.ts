/**
 * The work of libxenguest, on a simulated machine: building a guest's memory, moving it as a libxc stream, and dumping
 * it.
 *
 * @example
 * ```ts
 * const { stream, done } = saveDomain(machine, domid, { live: true, suspend });
 * const restored = restoreDomain(there, newDomid, { type: 'pvh', ...ports });
 * await pipeline(stream, restored.sink);
 * await done;
 * there.domains.get(newDomid).memory.equals(machine.domains.get(domid).memory); // but for the ring pages
 * ```
 *
 * @packageDocumentation
 */
export { buildDomain } from './build/build-domain.ts';
export { dumpDomain } from './dump/dump-domain.ts';
export type { ImageCallOptions } from './image-call-options.ts';
export { cpuPolicyOf } from './records/domain-records.ts';
export { handled } from './conversation.ts';
export { restoreDomain } from './restore/restore-domain.ts';
export { saveDomain } from './save/save-domain.ts';
