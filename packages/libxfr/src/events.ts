import type { SaveProgress } from './ports.ts';

/**
 * What a transfer is doing. A source goes through connecting, reserving, the four of `SaveProgress` and starting; a
 * target through connecting, reserving, receiving and starting; a file being written ends with syncing instead.
 */
export type TransferPhase =
  'connecting' | 'reserving' | SaveProgress['phase'] | 'receiving' | 'syncing' | 'starting';

/** The figures of a transfer under the names that QEMU gave them. */
export interface TransferFigures {
  readonly status: TransferPhase;
  /** bytes of the image that went through, all rounds together, counted where they leave (or enter) the process */
  readonly transferred: number;
  /** bytes of the image besides, in pages of zeros: they are not sent, and are holes in a file (QEMU: duplicate) */
  readonly zeroBytes: number;
  /** bytes that are still to come, as far as is known now */
  readonly remaining: number;
  /** bytes of guest memory, or of the file that is read */
  readonly total: number;
  /** bytes that go through, per second, over the last seconds */
  readonly throughput: number;
  /** milliseconds since the start */
  readonly totalTime: number;
  /** round of precopy, from 0 (QEMU: dirty-sync-count) */
  readonly iteration?: number;
  /** pages of 4 KiB that the guest dirties in a second */
  readonly dirtyPagesRate?: number;
  /** milliseconds since the guest was suspended; final once it runs again */
  readonly downtime?: number;
  /** milliseconds that the guest would be down if it were suspended now */
  readonly expectedDowntime?: number;
  /** milliseconds until nothing remains */
  readonly eta?: number;
}

/**
 * Something that the owner should know and that does not make the transfer fail:
 * `XFR_W_PLAIN` the connection is not encrypted, `XFR_W_LEFTOVER` the guest runs at the target but something of it
 * could not be removed here, `XFR_W_UNCONFIRMED` the guest was started but the source could not be told,
 * `XFR_W_JOURNAL` the guest was started but that could not be written down.
 */
export interface TransferWarning {
  readonly code: 'XFR_W_PLAIN' | 'XFR_W_LEFTOVER' | 'XFR_W_UNCONFIRMED' | 'XFR_W_JOURNAL';
  readonly message: string;
  readonly hint?: string;
}

export interface TransferSummary {
  /** bytes of the image that went through */
  readonly transferred: number;
  /** bytes of the image in pages of zeros, which did not have to */
  readonly zeroBytes: number;
  /** bytes of guest memory, or of the file that was read */
  readonly total: number;
  readonly totalTimeMs: number;
  /** from the suspension at the source until the guest was known to run again; undefined where it is not known */
  readonly downtimeMs: number | undefined;
  readonly iterations: number;
  /** bytes that went through, per second over the whole time */
  readonly throughput: number;
  /** of the guest where it was started; undefined when nothing was */
  readonly domid: number | undefined;
  readonly warnings: readonly TransferWarning[];
}

export type TransferEvent =
  | { readonly type: 'phase'; readonly phase: TransferPhase; /** performance.now() */ readonly at: number }
  | ({ readonly type: 'progress' } & TransferFigures)
  | ({ readonly type: 'warning' } & TransferWarning)
  | { readonly type: 'completed'; readonly summary: TransferSummary };

/** Told of everything that happens. What it throws is not heard: an observer cannot make a transfer fail. */
export type OnEvent = (event: TransferEvent) => void;
