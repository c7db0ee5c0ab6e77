import type { Readable, Writable } from 'node:stream';

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
  /** JSON that only the target understands */
  readonly config: unknown;
}

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

export interface SaveControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SaveProgress) => void;
}

export interface SaveReport {
  readonly iterations: number;
  readonly pages: number;
  readonly bytes: number;
  /** performance.now() of the moment from which the guest did not run any more */
  readonly suspendedAt: number;
}

/** Where a guest is taken from. */
export interface Source {
  describe(): Promise<Offer>;
  /**
   * Writes the guest into `sink`, ends it, and leaves the guest suspended. When it rejects, by itself or because
   * the signal fired or the sink broke, the guest runs again, unless `guest` of the error says otherwise.
   */
  save(sink: Writable, control: SaveControl): Promise<SaveReport>;
  /** Lets a guest that `save` has left suspended run on. */
  resume(): Promise<void>;
  /** Removes the guest, which lives on elsewhere. */
  destroy(): Promise<void>;
}

/** Where a guest is brought to. */
export interface Target {
  /** Takes what the offer needs, or rejects; only a peer's guest is offered, a file's is not. */
  reserve(offer: Offer): Promise<void>;
  /** Reads the guest from `stream` and leaves it paused. */
  restore(stream: Readable, control: { readonly signal: AbortSignal }): Promise<void>;
  /** Lets the restored guest run. */
  start(): Promise<{ domid: number }>;
  /** Removes whatever there is of the guest, in any state, also after a `reserve` or `start` that failed. */
  abandon(): Promise<void>;
}
