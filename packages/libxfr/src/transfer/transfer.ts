import type { Rate, Schedule } from '@vm-tools/ratelimit';
import type {
  ObservedEvent,
  TransferFigures,
  TransferSettings,
  TransferStart,
  TransferSummary,
} from '../events.ts';
import type { TransferId } from '../journal/record.ts';

/** The limits on the guest's downtime: read by its source before each round, and changed by `change`. */
export interface TransferBudget {
  /** milliseconds */
  maxDowntimeMs?: number | undefined;
  onNoConvergence?: 'abort' | 'force' | 'throttle' | undefined;
}

/** The settings for `change`; one that is left out stays as it is. */
export interface TransferChange extends TransferBudget {
  /** the limit of this transfer alone: bytes per second, `Infinity` for none, or a timetable */
  readonly rate?: Rate | Schedule | undefined;
  /** that of the stop-and-copy phase, bytes per second */
  readonly stopAndCopyRate?: Rate | undefined;
}

/** The limits of one transfer alone, bytes per second; `Infinity` is no limit. The levels above may allow less. */
export interface TransferLimits {
  readonly precopy: Rate;
  /** as soon as the guest is stopped */
  readonly stopAndCopy: Rate;
}

/**
 * A transfer that is under way, to be watched and steered.
 *
 * Each `for await` over it is an observer of its own, and gets all events from the first, however late it starts. A
 * slow one holds up no other: it misses figures that newer ones have overtaken, and never a phase or a warning. It ends
 * behind the last event, `completed` or `failed`, and does not throw.
 *
 * @example
 * ```ts
 * const transfer = startTransfer(source, call, { rate: parseRate('50M'), journals });
 * for await (const event of transfer) {
 *   if (event.type === 'progress') show(event.throughput, event.eta);
 * }
 * const { domid } = await transfer.result;
 * ```
 */
export interface Transfer<
  Result extends TransferSummary | undefined = TransferSummary,
> extends AsyncIterable<ObservedEvent> {
  /** Which one it is; undefined until it has begun, and for a file. */
  readonly start: TransferStart | undefined;
  /** That of `start`. */
  readonly id: TransferId | undefined;
  /** wall clock, ms since 1970 */
  readonly startedAt: number;
  /** As of at most a second ago. */
  readonly figures: TransferFigures;
  readonly settings: TransferSettings;
  /** The limits of the settings at this hour. */
  readonly limits: TransferLimits;
  /** The result or error of the plain function. A caller that only watches need not handle it. */
  readonly result: Promise<Result>;
  /**
   * Gives it up: `result` rejects with XFR_CANCELLED (aborted-safe: the guest runs on the source, and nothing of it is
   * at the target) as soon as all is undone, unless something else was quicker.
   *
   * @param reason a clause, for both ends
   * @throws VmToolsError XFR_TOO_LATE, once the guest belongs to the target, or its file is complete
   */
  cancel(reason?: string): void;
  /** The limit of this transfer alone, from now on: bytes per second, `Infinity` for none, or a timetable. */
  setRate(rate: Rate | Schedule): void;
  /**
   * All or nothing.
   *
   * @throws VmToolsError XFR_NOT_HERE (usage) for what this end of the transfer does not decide
   */
  change(change: TransferChange): void;
  /** One more observer. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ObservedEvent, undefined>;
}
