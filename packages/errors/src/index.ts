/**
 * The one shape of every failure: a stable code, a sentence with the cause, a hint, and where the guest is.
 *
 * @packageDocumentation
 */
export { VmToolsError, messageOf } from './error.ts';
export type { FailureKind, GuestWhereabouts, VmToolsErrorInit } from './error.ts';
export { abortError, throwIfAborted, within } from './abort.ts';
