import type { DomainIdentity } from '@vm-tools/libdomain';
import type { TransferSummary } from '@vm-tools/libxfr';

/** A domain that was written to a file. Its `domid` is the one that it had. */
export interface Saved extends Omit<TransferSummary, 'domid'>, DomainIdentity {
  /** where its image is; "-" is stdout */
  readonly file: string;
}
