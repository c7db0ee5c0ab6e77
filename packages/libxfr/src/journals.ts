/**
 * Tells from the journals of a host whether a guest may be touched, for tools that move none: loading it costs nothing.
 * With it come the types of what is in them.
 *
 * @example
 * ```ts
 * await requireDecided(uuid); // rejects with XFR_UNRESOLVED while a transfer of the guest has not come to its end
 * ```
 *
 * @packageDocumentation
 */
export type { SourceState, TargetState } from './commit/table.ts';
export { requireDecided, undecidedTransfer } from './journal/undecided-transfer.ts';
export { JOURNAL_FOLDER } from './journal/format/name.ts';
export type { Journal, Journals, JournalStart, NextEntry, OpenJournals } from './journal/journals.ts';
export type { KnownTransfer } from './journal/known-transfer.ts';
export type {
  JournalEntry,
  JournalledDisks,
  JournalledGuest,
  SourceRecord,
  TargetRecord,
  TransferId,
  TransferRecord,
} from './journal/record.ts';
export type { JournalsOptions } from './journal/stored-journals.ts';
