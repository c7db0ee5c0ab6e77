import type { VmToolsError } from '@vm-tools/errors';

/**
 * What became of a guest.
 * - runs: it was here, and nothing was done; left: it is here, and the host may go down with it
 * - restored: from its image; created: anew; started, resumed: what an earlier try had left
 * - saved, shut-down, moved: it is here no more
 * - away: it lives at a peer; failed: see the error
 */
export type Deed =
  | 'runs'
  | 'left'
  | 'restored'
  | 'created'
  | 'started'
  | 'resumed'
  | 'saved'
  | 'shut-down'
  | 'moved'
  | 'away'
  | 'failed';

/** One guest of a host that went down or came up. */
export interface GuestOutcome {
  readonly name: string;
  readonly uuid: string;
  readonly domid?: number | undefined;
  readonly did: Deed;
  /** what else there is to know, as a clause */
  readonly note?: string | undefined;
  readonly error?: VmToolsError | undefined;
}
