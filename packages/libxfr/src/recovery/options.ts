import type { Clock } from '@vm-tools/ratelimit';
import type { OnStep } from '../commit/step.ts';
import type { Journals } from '../journal/journals.ts';
import type { Reconnect } from '../options.ts';
import type { GuestFinder } from '@vm-tools/ports';
import type { TransferTimeouts } from '../protocol/timeouts.ts';

/** Options to go on with a transfer after a crash. */
export interface RecoveryOptions {
  readonly journals: Journals;
  readonly finder: GuestFinder;
  /** How the other end of a transfer is reached; `transfer.peer` says where it was. @default it is not asked */
  readonly reconnect?: Reconnect | undefined;
  readonly timeouts?: Partial<TransferTimeouts> | undefined;
  /** Stops the asking; whatever has been decided is still carried out. */
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: OnStep | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
  /** wall clock, ms since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}
