import type { Writable } from 'node:stream';
import type { Check } from './check.ts';
import type { Offer } from './offer.ts';
import type { SaveControl, SaveReport } from './save.ts';

/** The port from which a guest is taken. */
export interface Source {
  /** The number of the guest on this host, where it has one; it goes into the journal. */
  readonly domid?: number | undefined;
  /** The guest's place as long as it is not moved, for errors. @default "still running on the source" */
  readonly unmoved?: string | undefined;
  /**
   * Called first: no other tool may change the guest until the result is disposed of, when the transfer is over or
   * cannot go on. Rejects with XFR_GUEST_BUSY when another tool works on it. @default no other tool can
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
   * GUEST_CHANGED when a tool that knows none of our locks has changed it: the message says what, and `details.now`
   * whether it is "running" (resumed, or started anew), "absent", or "other" (suspended, but by another toolstack). Any
   * other rejection says that it is unknown.
   */
  confirm(): Promise<void>;
  /** Lets a guest that `save` has left suspended run on. */
  resume(): Promise<void>;
  /** Removes the guest, which lives on elsewhere. */
  destroy(): Promise<void>;
}
