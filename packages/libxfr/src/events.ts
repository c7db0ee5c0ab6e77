import type { VmToolsError } from '@vm-tools/errors';
import type { TransferId } from './journal/record.ts';

export type { TransferFigures, TransferPhase } from '@vm-tools/ports';
import type { TransferFigures, TransferPhase } from '@vm-tools/ports';

/**
 * Something that the owner should know and that does not make the transfer fail:
 * `XFR_W_PLAIN` the connection is not encrypted, `XFR_W_LEFTOVER` the guest runs at the target but something of it
 * could not be removed here, `XFR_W_UNCONFIRMED` the guest was started but the source could not be told,
 * `XFR_W_JOURNAL` the guest was started but that could not be written down, `XFR_W_LOST` the guest has lost something
 * by its move, such as the processors to which it was pinned.
 */
export interface TransferWarning {
  readonly code: 'XFR_W_PLAIN' | 'XFR_W_LEFTOVER' | 'XFR_W_UNCONFIRMED' | 'XFR_W_JOURNAL' | 'XFR_W_LOST';
  readonly message: string;
  readonly hint?: string;
}

/** The totals of a completed transfer: bytes and times. */
export interface TransferSummary {
  /** bytes of the image that went through */
  readonly transferred: number;
  /** bytes of the image in pages of zeros, which did not have to */
  readonly zeroBytes: number;
  /** bytes of the image that compression has spared; absent where nothing was compressed */
  readonly sparedBytes?: number | undefined;
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

/** Which transfer it is: what its journal, `vm-migrate status` and `vm-migrate cancel` know it by. */
export interface TransferStart {
  /** the same on both ends: 32 hexadecimal digits */
  readonly id: TransferId;
  /** which end of it this one is */
  readonly role: 'source' | 'target';
  readonly guest: { readonly name: string; readonly uuid: string };
  /** where the other end is, e.g. "tls://10.0.0.2:8002" */
  readonly peer: string;
}

/** The settings that can be changed while a transfer runs, with their present values. */
export interface TransferSettings {
  /** the limit of this transfer alone, as `parseSchedule` reads it: "20 MiB/s", "08:00,50 MiB/s 20:00,off", "off" */
  readonly bwlimit: string;
  /** that of the stop-and-copy phase; absent: none behind a precopy, and `bwlimit` for a guest that stood still all along */
  readonly stopAndCopyBwlimit?: string;
  /** milliseconds that the guest may stand still; absent where this end does not decide that */
  readonly maxDowntimeMs?: number;
  readonly onNoConvergence?: 'abort' | 'force' | 'throttle';
}

/**
 * Everything that happens, in this order: `phase` "connecting"; `began`, once the first line of the journal is written
 * (a file has no journal, and so no `began`); further phases, each with its figures; and `completed`.
 */
export type TransferEvent =
  | ({ readonly type: 'began' } & TransferStart)
  | { readonly type: 'phase'; readonly phase: TransferPhase; /** performance.now() */ readonly at: number }
  | ({ readonly type: 'progress' } & TransferFigures)
  | ({ readonly type: 'warning' } & TransferWarning)
  | { readonly type: 'completed'; readonly summary: TransferSummary };

/**
 * The events that an observer of a `Transfer` gets: besides those of the plain functions, `changed` when a caller has
 * changed its settings, and `failed` at the end of one that was not completed. The plain functions reject instead.
 */
export type ObservedEvent =
  | TransferEvent
  | ({ readonly type: 'changed' } & TransferSettings)
  | { readonly type: 'failed'; readonly error: VmToolsError };

/** Told of everything that happens. What it throws is not heard: an observer cannot make a transfer fail. */
export type OnEvent = (event: TransferEvent) => void;
