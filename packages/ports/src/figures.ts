import type { SaveProgress } from './save.ts';

/**
 * The phase of a transfer. A source goes through connecting, reserving, the four of `SaveProgress` and starting; a
 * target through connecting, reserving, receiving and starting; a file being written ends with syncing instead. A copy of an
 * image goes through copying and syncing.
 */
export type TransferPhase =
  'connecting' | 'reserving' | SaveProgress['phase'] | 'receiving' | 'copying' | 'syncing' | 'starting';

/** The figures of a transfer under the names that QEMU gave them. */
export interface TransferFigures {
  readonly status: TransferPhase;
  /** bytes of the image that went through, all rounds together, counted where they leave (or enter) the process */
  readonly transferred: number;
  /** bytes of the image besides, in pages of zeros: they are not sent, and are holes in a file (QEMU: duplicate) */
  readonly zeroBytes: number;
  /** bytes of the image besides, which compression has spared; absent where nothing is compressed */
  readonly sparedBytes?: number | undefined;
  /** bytes that are still to come, as far as is known now */
  readonly remaining: number;
  /** bytes of guest memory, or of the file that is read */
  readonly total: number;
  /** bytes that go through, per second, over the last seconds */
  readonly throughput: number;
  /** milliseconds since the start */
  readonly totalTime: number;
  /** round of precopy, from 1 (QEMU: dirty-sync-count) */
  readonly iteration?: number | undefined;
  /** pages of 4 KiB that the guest dirties in a second */
  readonly dirtyPagesRate?: number | undefined;
  /** milliseconds since the guest was suspended; final once it runs again */
  readonly downtime?: number | undefined;
  /** milliseconds that the guest would be down if it were suspended now and sent at the pace of now */
  readonly expectedDowntime?: number | undefined;
  /** milliseconds until nothing remains */
  readonly eta?: number | undefined;
}
