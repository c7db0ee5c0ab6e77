import type { Clock, Limiter } from '@vm-tools/ratelimit';
import type { OnEvent } from './events.ts';

/** What every transfer can be given. */
export interface TransferOptions {
  /** paces the bytes of the image. @default no limit */
  readonly limiter?: Limiter | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}
