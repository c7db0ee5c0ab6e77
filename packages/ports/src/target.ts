import type { Readable } from 'node:stream';
import type { Check } from './check.ts';
import type { ImageOrigin } from './image-origin.ts';
import type { DiskMoment } from './disk-moment.ts';
import type { Offer } from './offer.ts';

/** The controls of a restore. */
export interface RestoreControl {
  readonly signal: AbortSignal;
  /** Of the transfer that brings it, so that what a crash leaves of it can be told from others; a file has none. */
  readonly transferId?: string | undefined;
  /** Called for memory that has come for the first time, bytes: a source that only repeats itself has a limit. */
  readonly onNewMemory?: ((bytes: number) => void) | undefined;
  /**
   * The image once, in place of the stream: a piece is good until the next is asked for, which is several times as fast
   * as new memory for each. @default from the stream
   */
  readonly pieces?: AsyncIterable<Uint8Array> | undefined;
  /** A target that can may read the image there in place of the stream. @default from the stream */
  readonly origin?: ImageOrigin | undefined;
}

/** The port to which a guest is brought. */
export interface Target {
  /** The number of the guest on this host, once `restore` has made it; it goes into the journal. */
  readonly domid?: number | undefined;
  /** Its disks, once `restore` has opened them; none for a guest without disks. */
  readonly opened?: DiskMoment | undefined;
  /** What it has lost by coming here, a sentence each, once `restore` has made it. @default nothing */
  readonly warnings?: readonly string[] | undefined;
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
