import type { Clock, Limiter } from '@vm-tools/ratelimit';
import type { OnStep } from './commit/step.ts';
import type { OnEvent } from './events.ts';
import type { OpenJournals } from './journal/journals.ts';
import type { TransferRecord } from './journal/record.ts';
import type { Connection } from './protocol/connection.ts';
import type { TransferTimeouts } from './protocol/timeouts.ts';

/** Options of every transfer. */
export interface TransferOptions {
  /** paces the bytes of the image. @default no limit */
  readonly limiter?: Limiter | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

/** Further options of a transfer between two hosts. */
export interface PeerOptions extends TransferOptions {
  /** those of this host. @default in memory: they carry it through a broken link, not through a crash */
  readonly journals?: OpenJournals | undefined;
  readonly timeouts?: Partial<TransferTimeouts> | undefined;
  /** for fault injection and tracing */
  readonly onStep?: OnStep | undefined;
}

/** Makes the connection of a transfer. It keeps a time limit of its own. */
export type Connect = (signal: AbortSignal) => Promise<Connection>;

/** Makes a new connection to the other end of a transfer, in order to ask there. It keeps a time limit of its own. */
export type Reconnect = (transfer: TransferRecord, signal: AbortSignal) => Promise<Connection>;
