import type { Readable, Writable } from 'node:stream';

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
  /** libxl's JSON, as an object. */
  readonly config: unknown;
}

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

export interface SaveControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SaveProgress) => void;
  /** @default what went into the sink */
  readonly sent?: (() => SentBytes) | undefined;
}

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
  describe(): Promise<Offer>;
  /** Ends the sink when all is written and leaves the guest suspended; when it rejects, the guest runs again. */
  save(sink: Writable, control: SaveControl): Promise<SaveReport>;
  resume(): Promise<void>;
  destroy(): Promise<void>;
}

export interface RestoreControl {
  readonly signal: AbortSignal;
  /** So that what a crash leaves of the domain is known again; none for one that comes from a file. */
  readonly transferId?: string | undefined;
}

/** A place where a saved domain can come to life again. */
export interface Target {
  /** From the moment on at which `restore` has made it. */
  readonly domid: number | undefined;
  /** Rejects when the offer cannot be taken. Takes nothing yet. */
  reserve(offer: Offer): Promise<void>;
  /** Makes the domain, paused. When it rejects, it has left nothing behind. */
  restore(stream: Readable, control: RestoreControl): Promise<void>;
  start(): Promise<{ readonly domid: number }>;
  /** Undoes what `restore` did. */
  abandon(): Promise<void>;
}

/** What a journal says of a guest of which a crash has left nothing else. */
export interface Journalled {
  readonly id: string;
  readonly state: string;
  readonly guest: { readonly name: string; readonly uuid: string; readonly domid?: number | undefined };
}

export interface FoundSource {
  /** Lets it run, in whatever state the crash has left it. */
  resume(): Promise<void>;
  destroy(): Promise<void>;
}

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
