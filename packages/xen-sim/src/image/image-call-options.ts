import type { LongCallOptions } from '@vm-tools/xc-native';
import type { StreamFault } from '../faults/index.ts';

export interface ImageCallOptions extends LongCallOptions {
  /**
   * Awaited before anything is done; what it rejects with, the call fails with.
   *
   * @param stop fires when the call is aborted, or its stream closed
   * @returns where the stream is to break
   */
  readonly begin?: (stop: AbortSignal) => Promise<StreamFault | undefined>;
}
