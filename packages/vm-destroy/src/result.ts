import type { DomainIdentity } from '@vm-tools/libdomain';

/** A domain that is gone. */
export interface Destroyed extends DomainIdentity {
  readonly state: 'destroyed';
}
