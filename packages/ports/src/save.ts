import type { DiskMoment } from './disk-moment.ts';
import type { ImagePlace } from './image-place.ts';

/** How far a save is. */
export interface SaveProgress {
  readonly phase: 'precopy' | 'suspending' | 'stop-and-copy' | 'finishing';
  /** round of precopy, from 1 */
  readonly iteration: number;
  /** bytes that are still to be sent, as far as is known */
  readonly remaining: number;
  /** bytes of guest memory */
  readonly total: number;
  /** bytes that the guest made dirty in the round before */
  readonly dirtyBytes?: number | undefined;
  /** performance.now() */
  readonly at: number;
}

/** The bytes that have left this process up to now. */
export interface SentBytes {
  /** of pages with data */
  readonly bytes: number;
  /** of pages of zeros, which did not have to be sent */
  readonly zeroBytes: number;
}

/** The controls of a save. */
export interface SaveControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SaveProgress) => void;
  /** The bytes that have left this process up to now. @default those that went into the sink */
  readonly sent?: (() => SentBytes) | undefined;
  /** Resolves when the other end has taken all that `sent` tells of; rejects when it takes nothing for too long. */
  readonly taken?: (() => Promise<void>) | undefined;
  /**
   * The sink is done with what is written when it calls back: a source that can writes the same memory again, which is
   * several times as fast as new memory for each piece. @default false
   */
  readonly keepsNothing?: boolean | undefined;
  /**
   * A source that can may put the whole image there, from the beginning of the file, in place of the sink: it ends the
   * sink without a byte then. @default into the sink
   */
  readonly place?: ImagePlace | undefined;
}

/** The result of a save. */
export interface SaveReport {
  /** rounds, the one of stop-and-copy included */
  readonly iterations: number;
  /** with data, duplicates included */
  readonly pages: number;
  readonly bytes: number;
  /** performance.now() of the moment from which the guest did not run any more */
  readonly suspendedAt: number;
  /** Its disks, of which the source had let go before the end of what it has written; none for a guest without disks. */
  readonly released?: DiskMoment | undefined;
}
