import type { Readable, Writable } from 'node:stream';
import type { VmToolsError } from '@vm-tools/errors';

/** What is offered to whoever is to take the domain. */
export interface Offer {
  readonly name: string;
  readonly uuid: string;
  readonly type: string;
  readonly memoryBytes: number;
  readonly maxMemoryBytes: number;
  readonly vcpus: number;
  /** Whether the guest runs while it is saved. */
  readonly live: boolean;
  /** Version of the Xen that it runs on, e.g. "4.17.7". */
  readonly xen: string;
  /** What the guest has been told of its processor; an older release does not say. */
  readonly cpuPolicy?: OfferedCpu | undefined;
  /** libxl's JSON, as an object. */
  readonly config: unknown;
}

/** A CPU policy, as X86_CPUID_POLICY and X86_MSR_POLICY of a libxc stream hold it, in base64. */
export interface OfferedCpu {
  readonly cpuid: string;
  readonly msrs: string;
}

/** One thing that could make a transfer fail, as it was found before the first page. */
export interface Check {
  /** Stable, lower case, words joined by hyphens. */
  readonly name: string;
  /** Why the domain cannot be moved; without one the check has passed. */
  readonly error?: VmToolsError | undefined;
}

/** How far a save is. */
export interface SaveProgress {
  readonly phase: 'precopy' | 'suspending' | 'stop-and-copy' | 'finishing';
  /** From 1. */
  readonly iteration: number;
  /** Bytes of this iteration that are still to be sent, as far as is known. */
  readonly remaining: number;
  /** Bytes of memory that the guest has. */
  readonly total: number;
  /** What the guest had dirtied when this iteration began, bytes. */
  readonly dirtyBytes?: number;
  /** performance.now() */
  readonly at: number;
}

/** What has left this host up to now. */
export interface SentBytes {
  /** of pages with data */
  readonly bytes: number;
  /** of pages of zeros, which did not have to be sent */
  readonly zeroBytes: number;
}

/** What a caller lends to a save. */
export interface SaveControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SaveProgress) => void;
  /** @default what went into the sink */
  readonly sent?: (() => SentBytes) | undefined;
  /** Resolves when whoever gets them has taken them, which may be long after they have left this process. */
  readonly taken?: (() => Promise<void>) | undefined;
}

/** What a save has done. */
export interface SaveReport {
  readonly iterations: number;
  /** Pages with data, duplicates included. */
  readonly pages: number;
  readonly bytes: number;
  /** performance.now() when the guest stopped. */
  readonly suspendedAt: number;
}

/** A domain that can be saved. Whoever moves it needs to know no more. */
export interface Source {
  readonly domid: number;
  /** Keeps everybody else from doing anything to the domain until what it resolves with is disposed of. */
  hold(signal?: AbortSignal): Promise<AsyncDisposable>;
  describe(): Promise<Offer>;
  /** All that could make `save` fail and can be known now; changes nothing. */
  check(): Promise<readonly Check[]>;
  /** Ends the sink when all is written and leaves the guest suspended; when it rejects, the guest runs again. */
  save(sink: Writable, control: SaveControl): Promise<SaveReport>;
  /**
   * Rejects when the domain is not what `save` has left suspended, because somebody who knows no lock of ours has done
   * something to it: with GUEST_CHANGED, and `details.now` "running", "absent" or "other".
   */
  confirm(): Promise<void>;
  resume(): Promise<void>;
  destroy(): Promise<void>;
}

/** What a caller lends to a restore. */
export interface RestoreControl {
  readonly signal: AbortSignal;
  /** So that what a crash leaves of the domain is known again; none for one that comes from a file. */
  readonly transferId?: string | undefined;
  /** Told of memory that has come for the first time, bytes. */
  readonly onNewMemory?: ((bytes: number) => void) | undefined;
}

/** A place where a saved domain can come to life again. */
export interface Target {
  /** From the moment on at which `restore` has made it. */
  readonly domid: number | undefined;
  /** All that could make `restore` fail and can be known now, one entry each. Takes nothing. */
  check(offer: Offer): Promise<readonly Check[]>;
  /** Rejects, with all that `check` finds, when name or UUID are taken: it costs a look, and takes nothing. */
  requireFree(offer: Offer): Promise<void>;
  /** Promises memory to the offer, until `restore` has claimed it or `abandon`; or rejects with all that `check` finds. */
  reserve(offer: Offer): Promise<void>;
  /** Makes the domain, paused. When it rejects, it has left nothing behind. */
  restore(stream: Readable, control: RestoreControl): Promise<void>;
  start(): Promise<{ readonly domid: number }>;
  /** Undoes what `restore` did. */
  abandon(): Promise<void>;
  /** Nothing more is asked of it: others may do something to the domain. `start` and `abandon` let it go, too. */
  release(): Promise<void>;
}

/** What a journal says of a guest of which a crash has left nothing else. */
export interface Journalled {
  readonly id: string;
  readonly state: string;
  readonly guest: { readonly name: string; readonly uuid: string; readonly domid?: number | undefined };
}

/** A guest whose transfer was under way when its process ended, on the host that it was to leave. */
export interface FoundSource {
  /** Lets it run, in whatever state the crash has left it. */
  resume(): Promise<void>;
  /** Rejects like that of a `Source`, when the guest is not what its transfer has left suspended. */
  confirm(): Promise<void>;
  destroy(): Promise<void>;
}

/** What there is of a guest on the host that it was to come to. */
export interface FoundTarget {
  /** "paused" as long as it certainly has never run here. */
  readonly state: 'paused' | 'running';
  start(): Promise<{ readonly domid: number }>;
  abandon(): Promise<void>;
}

/** Finds guests again after a crash. Undefined is said only when there is certainly none. */
export interface GuestFinder {
  findSource(transfer: Journalled): Promise<FoundSource | undefined>;
  findTarget(transfer: Journalled): Promise<FoundTarget | undefined>;
}
