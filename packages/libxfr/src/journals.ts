/**
 * What the journals of a host say about who may touch a guest, for tools that move none: loading it costs nothing.
 *
 * @example
 * ```ts
 * await requireDecided(uuid); // rejects with XFR_UNRESOLVED while a transfer of the guest has not come to its end
 * ```
 *
 * @packageDocumentation
 */
export type { KnownTransfer } from './journal/known-transfer.ts';
export { JOURNAL_FOLDER, requireDecided, undecidedTransfer } from './journal/undecided-transfer.ts';
