import type { DomainIdentity, MoveStep } from '@vm-tools/libdomain';
import type { PeerCheck, TransferSummary } from '@vm-tools/libxfr';
import type { KnownTransfer, JournalEntry } from '@vm-tools/libxfr/journals';
import type { ObservedEvent, TransferSettings, WantedGuest } from '@vm-tools/libxfr/types';
import type { FoundTransfer } from '@vm-tools/libxfr/control';
import type { Whereabouts } from '@vm-tools/libhost';

/** A domain that runs at another host. */
export interface Moved extends TransferSummary, Pick<DomainIdentity, 'uuid' | 'name'> {
  /** as the command line names it */
  readonly endpoint: string;
  /** whether it ran while its memory was sent */
  readonly live: boolean;
}

/** A check of --check, and whether it has passed. */
export interface Checked extends PeerCheck {
  readonly ok: boolean;
}

/** All checks of one domain of several. */
export interface CheckedDomain extends DomainIdentity {
  readonly checks: readonly Checked[];
}

/** The steps in which a domain would be moved. */
export interface MovePlan extends DomainIdentity {
  readonly steps: readonly MoveStep[];
}

/** A transfer by its journal, and its progress while a process is moving the guest. */
export type ListedTransfer = KnownTransfer & Partial<Pick<FoundTransfer, 'figures' | 'settings'>>;

/** What is known of one transfer. */
export type TransferReport = ListedTransfer &
  Told & {
    /** the lines of its journal */
    readonly entries: readonly JournalEntry[];
  };

/** What the other end says of a transfer. */
export interface Told {
  /** RUNNING, FENCED, PENDING or UNKNOWN */
  readonly peerSays?: string;
  /** why it says nothing */
  readonly peerError?: string;
}

/** A transfer that was watched. */
export interface Watched extends Pick<FoundTransfer, 'id' | 'guest'> {
  /** what was seen of it last */
  readonly last: ObservedEvent | undefined;
}

/** A transfer that was given up. */
export interface Cancelled extends Pick<FoundTransfer, 'id' | 'role' | 'guest' | 'peer'> {
  readonly state: 'cancelled';
}

/** A transfer with its limits as they are now. */
export interface Steered extends Pick<FoundTransfer, 'id' | 'guest'> {
  readonly settings: TransferSettings;
}

/** A transfer that has come to its end, and on which side the guest is. */
export interface Settled extends Pick<KnownTransfer, 'id' | 'role' | 'guest' | 'peer' | 'owner'> {
  readonly by: 'cancel' | 'resolve';
}

/** A domain that has come from xl. */
export interface Received extends TransferSummary {
  /** whether it waits for `vm-unpause` */
  readonly paused: boolean;
}

/** Where a guest is, as far as this host and its peers know. */
export type WhereReport = WantedGuest & {
  /** whether all have answered, and none has it */
  readonly nowhere: boolean;
  readonly hosts: readonly AskedHost[];
};

/** What one host says of a guest. */
export interface AskedHost extends Pick<Partial<Whereabouts>, 'guests' | 'error'> {
  /** the name of a peer, its address, or "here" */
  readonly host: string;
  /** "running", "absent", "not-reached"; "several" where it has more than one of that name */
  readonly state: string;
}
