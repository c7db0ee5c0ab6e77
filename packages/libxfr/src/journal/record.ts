import type { DiskMoment } from '@vm-tools/ports';
import type { SourceState, TargetState } from '../commit/table.ts';
import type { RemoteErrorBody } from '../protocol/remote-error-schema.ts';

/** 128 random bits in hex, made by the source for each attempt. */
export type TransferId = string;

/** The identity of a guest, by which recovery finds it again after a crash. */
export interface JournalledGuest {
  readonly name: string;
  readonly uuid: string;
  /** where the host has numbered it already */
  readonly domid?: number | undefined;
}

/** The order of the two moments is that of the transfer, whatever the clocks of the hosts say. */
export interface JournalledDisks extends DiskMoment {
  readonly are: 'released' | 'opened';
}

/** One line of a journal. Wall clock, ms since 1970. */
export interface JournalEntry<State extends string = SourceState | TargetState> {
  readonly state: State;
  readonly at: number;
  readonly epoch: number;
  /** the guest's number, from the moment on at which it has one */
  readonly domid?: number | undefined;
  /** Those that this side has let go of, or has opened, before this line. */
  readonly disks?: JournalledDisks | undefined;
  /** why, where something has failed */
  readonly error?: RemoteErrorBody | undefined;
  /** The other end, where this line rests on the word that its host was switched off. */
  readonly fenced?: string | undefined;
}

interface RecordOf<Role extends string, State extends string> {
  readonly id: TransferId;
  readonly role: Role;
  readonly guest: JournalledGuest;
  /** the address of the other end, as it can be asked again, e.g. "b.example:8002" */
  readonly peer: string;
  /**
   * The name under which the other end was trusted when this began, where the transport can tell: only that peer is
   * answered, and only its word to start counts. Undefined where peers have no identity, and in journals of earlier
   * releases.
   */
  readonly who?: string | undefined;
  /** counts the attempts to move this guest, on both ends; never falls within a transfer */
  readonly epoch: number;
  readonly state: State;
  /** nothing more is to be done about it */
  readonly isEnded: boolean;
  readonly entries: readonly JournalEntry<State>[];
}

/** The journal of a source, read. */
export type SourceRecord = RecordOf<'source', SourceState>;
/** The journal of a target, read. */
export type TargetRecord = RecordOf<'target', TargetState>;

/** One transfer on one side: its journal, read. */
export type TransferRecord = SourceRecord | TargetRecord;
