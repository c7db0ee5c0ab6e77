import type { TransferSummary } from '@vm-tools/libxfr';

/** A domain that came back from an image. */
export interface Restored extends TransferSummary {
  /** whether it waits for `vm-unpause` */
  readonly paused: boolean;
}
