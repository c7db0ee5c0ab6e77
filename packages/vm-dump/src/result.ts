import type { DomainIdentity } from '@vm-tools/libdomain';
import type { TransferSummary } from '@vm-tools/libxfr';

/** A domain of which a core was written. */
export interface Dumped
  extends DomainIdentity, Pick<TransferSummary, 'transferred' | 'zeroBytes' | 'totalTimeMs'> {
  /** where its core is; "-" is stdout */
  readonly file: string;
  /** whether it ran meanwhile */
  readonly live: boolean;
}
