import type { VmToolsError } from '@vm-tools/errors';
import type { SourceState, TargetState } from '../commit/table.ts';
import type { RemoteErrorBody } from '../protocol/remote-error-schema.ts';
import type { JournalledDisks, JournalledGuest, TransferId, TransferRecord } from './record.ts';

/** With what a journal begins. */
export interface JournalStart {
  readonly id: TransferId;
  readonly role: TransferRecord['role'];
  readonly guest: JournalledGuest;
  readonly peer: string;
  /** the name under which it is trusted here, where the transport can tell */
  readonly who?: string | undefined;
  /** at least this; more if the guest has been moved more often. @default 1 */
  readonly epoch?: number;
}

/** The next line, as it is written. */
export interface NextEntry {
  readonly state: SourceState | TargetState;
  readonly epoch: number;
  readonly domid?: number | undefined;
  readonly disks?: JournalledDisks | undefined;
  readonly error?: RemoteErrorBody | undefined;
  readonly fenced?: string | undefined;
}

/** One journal that is being written. As long as it is open, no other process writes about its guest on this host. */
export interface Journal extends AsyncDisposable {
  /** Its present content. */
  readonly record: TransferRecord;
  /**
   * Resolves when the line is on the disk for good. When it rejects, the line is not there, unless `details.inDoubt`
   * of the error is true: then it may be, and nothing more can be written.
   *
   * @throws VmToolsError XFR_JOURNAL_IO, or XFR_NO_SPACE (resource)
   */
  append(entry: NextEntry): Promise<void>;
  /** Removes it. */
  remove(): Promise<void>;
}

/** The part of the journals that a transfer needs; tidying up needs all. */
export type OpenJournals = Pick<Journals, 'begin' | 'open' | 'read' | 'hostId'>;

/** The journals of one host, one for each transfer that it has had a part in. */
export interface Journals {
  /**
   * Begins one.
   *
   * @throws VmToolsError
   *   XFR_GUEST_BUSY (usage) when another process works on this guest;
   *   XFR_UNRESOLVED (uncertain) when an earlier transfer of it has not come to its end;
   *   XFR_TRANSFER_EXISTS (peer) when there has been one of this id;
   *   XFR_JOURNAL_CORRUPT (corrupt) when a damaged journal may be about this guest
   */
  begin(start: JournalStart): Promise<Journal>;
  /**
   * Goes on with one that a crash has left.
   *
   * @throws VmToolsError XFR_TRANSFER_UNKNOWN (usage), XFR_GUEST_BUSY (usage), XFR_JOURNAL_CORRUPT (corrupt)
   */
  open(id: TransferId): Promise<Journal>;
  /**
   * By which a host finds out that it has called itself; undefined where that is unknown.
   *
   * @param options.isMade for a receiver: it is there from then on. @default false
   */
  hostId?(options?: { readonly isMade?: boolean }): Promise<string | undefined>;
  /** @throws VmToolsError XFR_JOURNAL_CORRUPT (corrupt) */
  read(id: TransferId): Promise<TransferRecord | undefined>;
  /** Those of one guest, and no other file is read: the same as `list` would say of it. @param uuid in any spelling */
  listOf(uuid: string): ReturnType<Journals['list']>;
  /** All of them, the oldest first, and what is wrong with those that cannot be read. */
  list(): Promise<{ readonly records: readonly TransferRecord[]; readonly damaged: readonly VmToolsError[] }>;
  /**
   * Removes those that ended so long ago, and of each peer all that ended but the newest hundred. Until then they
   * answer a peer that asks late. The newest of a guest that is here stays: it keeps the count of its epochs. Returns
   * what was removed.
   */
  prune(options?: { /** @default 7 days */ readonly olderThanMs?: number }): Promise<readonly TransferId[]>;
}
