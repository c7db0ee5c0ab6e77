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

export interface SaveControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SaveProgress) => void;
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
  describe(): Promise<Offer>;
  /** Ends the sink when all is written and leaves the guest suspended; when it rejects, the guest runs again. */
  save(sink: Writable, control: SaveControl): Promise<SaveReport>;
  resume(): Promise<void>;
  destroy(): Promise<void>;
}

/** A place where a saved domain can come to life again. */
export interface Target {
  /** Rejects when the offer cannot be taken. Takes nothing yet. */
  reserve(offer: Offer): Promise<void>;
  /** Makes the domain, paused. When it rejects, it has left nothing behind. */
  restore(stream: Readable, control: { readonly signal: AbortSignal }): Promise<void>;
  start(): Promise<{ readonly domid: number }>;
  /** Undoes what `restore` did. */
  abandon(): Promise<void>;
}
