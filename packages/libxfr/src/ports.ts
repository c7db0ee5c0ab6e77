import type { Readable, Writable } from 'node:stream';
import type { VmToolsError } from '@vm-tools/errors';
import type { SourceRecord, TargetRecord } from './journal/record.ts';

/**
 * The two ports of a transfer. Whoever can save and restore something implements them; nothing in this package
 * knows what is inside. Every method keeps a time limit of its own and settles soon after its signal fires.
 */

/** What is offered to a target before the first byte: enough to decide whether it can be taken. */
export interface Offer {
  readonly name: string;
  readonly uuid: string;
  /** e.g. "pv", "pvh" */
  readonly type: string;
  /** what the guest occupies now */
  readonly memoryBytes: number;
  /** what it may grow to */
  readonly maxMemoryBytes: number;
  readonly vcpus: number;
  /** whether it goes on running while it is copied */
  readonly live: boolean;
  /** version of the hypervisor, e.g. "4.17.7" */
  readonly xen: string;
  /** what the guest has been told of its processor, in base64; an older release does not say */
  readonly cpuPolicy?: { readonly cpuid: string; readonly msrs: string } | undefined;
  /** JSON that only the target understands */
  readonly config: unknown;
}

/** One thing that could make a transfer fail, as it was found before the first page. */
export interface Check {
  /** Stable, lower case, words joined by hyphens: "memory", "cpu-policy". */
  readonly name: string;
  /** Why the guest cannot be moved; without one the check has passed. */
  readonly error?: VmToolsError | undefined;
}

/** How far a save is. */
export interface SaveProgress {
  readonly phase: 'precopy' | 'suspending' | 'stop-and-copy' | 'finishing';
  /** round of precopy, from 0 */
  readonly iteration: number;
  /** bytes that are still to be sent, as far as is known */
  readonly remaining: number;
  /** bytes of guest memory */
  readonly total: number;
  /** bytes that the guest made dirty in the round before */
  readonly dirtyBytes?: number;
  /** performance.now() */
  readonly at: number;
}

/** What a save is given, to be steered and watched by. */
export interface SaveControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SaveProgress) => void;
  /** What has left this process up to now: bytes of data, and bytes of zeros that did not have to be sent. */
  readonly sent?: (() => { readonly bytes: number; readonly zeroBytes: number }) | undefined;
  /** Resolves when the other end has taken all that `sent` tells of; rejects when it takes nothing for too long. */
  readonly taken?: (() => Promise<void>) | undefined;
}

/** What a save has come to. */
export interface SaveReport {
  readonly iterations: number;
  readonly pages: number;
  readonly bytes: number;
  /** performance.now() of the moment from which the guest did not run any more */
  readonly suspendedAt: number;
}

/** Where a guest is taken from. */
export interface Source {
  /** The number of the guest on this host, where it has one; it goes into the journal. */
  readonly domid?: number | undefined;
  /** Where the guest is as long as it is not moved, for errors. @default "still running on the source" */
  readonly unmoved?: string | undefined;
  /**
   * Asked first: nobody else may do anything to the guest until what it resolves with is disposed of, when the transfer
   * is over or nobody can go on with it. Rejects with XFR_GUEST_BUSY when somebody does. @default nobody can
   */
  hold?(signal: AbortSignal): Promise<AsyncDisposable>;
  describe(): Promise<Offer>;
  /** All that could make `save` fail and can be known now: one entry each, always in the same order. Changes nothing. */
  check(): Promise<readonly Check[]>;
  /**
   * Writes the guest into `sink`, ends it, and leaves the guest suspended. When it rejects, by itself or because
   * the signal fired or the sink broke, the guest runs again, unless `guest` of the error says otherwise.
   */
  save(sink: Writable, control: SaveControl): Promise<SaveReport>;
  /**
   * Resolves when the guest still is what `save` has left suspended. It is asked before each step that counts on it:
   * before a transfer is committed, before a file gets its name, before `resume` and `destroy`. Rejects with the code
   * GUEST_CHANGED when somebody who knows none of our locks has done something to it: the message says what, and
   * `details.now` whether it is "running" (resumed, or started anew), "absent", or "other" (suspended, but by another
   * toolstack). Any other rejection says that it cannot be told.
   */
  confirm(): Promise<void>;
  /** Lets a guest that `save` has left suspended run on. */
  resume(): Promise<void>;
  /** Removes the guest, which lives on elsewhere. */
  destroy(): Promise<void>;
}

/** What a restore is given, to be steered and watched by. */
export interface RestoreControl {
  readonly signal: AbortSignal;
  /** Of the transfer that brings it, so that what a crash leaves of it can be told from others; a file has none. */
  readonly transferId?: string | undefined;
  /** To be told of memory that has come for the first time, bytes: a source that only repeats itself has a limit. */
  readonly onNewMemory?: ((bytes: number) => void) | undefined;
}

/** Where a guest is brought to. */
export interface Target {
  /** The number of the guest on this host, once `restore` has made it; it goes into the journal. */
  readonly domid?: number | undefined;
  /**
   * Looks at everything that `reserve` looks at, and goes on when something has failed. It takes nothing, needs no
   * `reserve` before it or `abandon` behind it, and may be asked any number of times. One entry for each check, always
   * in the same order; it resolves also when one of them could not be made, whose error then says why.
   */
  check(offer: Offer): Promise<readonly Check[]>;
  /**
   * Rejects what `reserve` would reject for a reason that is found out at once, before anything is locked or written
   * down for it. Takes nothing. @default nothing is found out before
   */
  requireFree?(offer: Offer): Promise<void>;
  /**
   * Takes what the offer needs, or rejects with all that `check` finds: code, kind and hint are those of the first,
   * and `details.checks` has all. Only a peer's guest is offered, a file's is not.
   */
  reserve(offer: Offer): Promise<void>;
  /** Reads the guest from `stream` and leaves it paused. */
  restore(stream: Readable, control: RestoreControl): Promise<void>;
  /** Lets the restored guest run. */
  start(): Promise<{ domid: number }>;
  /** Removes whatever there is of the guest, in any state, also after a `reserve` or `start` that failed. */
  abandon(): Promise<void>;
  /** Nothing more is asked of it: others may do something to whatever there is of the guest. @default they always may */
  release?(): Promise<void>;
}

/** A guest whose transfer was under way when its process ended, on the host that it was to leave. */
export interface FoundSource {
  /**
   * Lets it run as if there had been no transfer, in whatever state the crash has left it: suspended, or running with
   * its dirty pages being logged, or with a request to suspend that it has not yet heard. One that runs just runs on.
   */
  resume(): Promise<void>;
  /**
   * Asked before `destroy`: like that of a `Source`, it rejects with GUEST_CHANGED when the guest does not wait here,
   * suspended by the transfer, but runs or is another toolstack's.
   */
  confirm(): Promise<void>;
  /** Removes it; it lives on elsewhere. */
  destroy(): Promise<void>;
}

/** What there is of a guest on the host that it was to come to. */
export interface FoundTarget {
  /**
   * "paused" as long as it certainly has never run here: it was being built, or waits to be started. "running" as
   * soon as it may have run, also when it is paused, shut down or has crashed by now.
   */
  readonly state: 'paused' | 'running';
  /** Lets it run; only called when it is "paused" and was whole before the crash. */
  start(): Promise<{ domid: number }>;
  /** Removes it, and whatever else was made for it, in any state. */
  abandon(): Promise<void>;
}

/**
 * Finds guests again after a crash; one for each host. Both look for `guest.uuid`, and for `guest.domid` when the
 * journal knows it: a guest of that UUID with another number has been made since, and is not the one that is meant.
 * They resolve with undefined only when there is certainly none, and reject when that cannot be told.
 */
export interface GuestFinder {
  findSource(transfer: SourceRecord): Promise<FoundSource | undefined>;
  findTarget(transfer: TargetRecord): Promise<FoundTarget | undefined>;
}
