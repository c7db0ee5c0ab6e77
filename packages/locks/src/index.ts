/**
 * Locks on files that the kernel releases when their holder ends, even by kill -9, and that name their holder.
 *
 * @example
 * ```ts
 * await makeLockFolder('/run/vm-tools/domains');
 * await using held = await lock('/run/vm-tools/domains/web1.lock', {
 *   holder: holderNow('vm-save'),
 *   timeoutMs: 60_000,
 * });
 * ```
 *
 * @packageDocumentation
 */
export { describeHolder, holderNow, parseHolder } from './holder.ts';
export type { Holder } from './holder.ts';
export { makeLockFolder } from './lock-folder.ts';
export { lock, tryLock } from './file-lock.ts';
export type { LockOptions, TryLockOptions, WaitOptions } from './file-lock.ts';
export type { FileLock } from './held-lock.ts';
export { readHolder } from './read-holder.ts';
export { recordLock } from './record-lock.ts';
