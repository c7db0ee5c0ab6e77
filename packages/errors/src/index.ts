/**
 * The one shape of every failure: a stable code, a sentence with the cause, a hint, where the guest is, and whether the
 * same thing may be asked for again. `docs/errors.md` has all the codes.
 *
 * @example
 * ```ts
 * throw new VmToolsError({
 *   code: 'DOMAIN_NO_MEMORY',
 *   kind: 'resource',
 *   message: '4 GiB needed, 3.1 GiB free',
 *   hint: 'give web1 less memory, or shut something down',
 *   guest: { name: 'web1', state: 'never created' },
 * });
 * ```
 *
 * @packageDocumentation
 */
export { SIDES, VmToolsError, messageOf } from './error.ts';
export type {
  ForeignCause,
  GuestWhereabouts,
  PrintedCause,
  PrintedError,
  Side,
  VmToolsErrorInit,
} from './error.ts';
export { causesOf } from './causes-of.ts';
export { FAILURE_KINDS } from './failure-kind.ts';
export type { FailureKind } from './failure-kind.ts';
export { RETRIES, retryOf } from './retry.ts';
export type { Retry } from './retry.ts';
export { abortError, throwIfAborted, within } from './abort.ts';
export { sleep } from './sleep.ts';
export { Timer } from './timer.ts';
export { someAtOnce } from './some-at-once.ts';
