import type { DomainIdentity } from '@vm-tools/libdomain';

/** A domain that stands still. */
export interface Paused extends DomainIdentity {
  readonly state: 'paused';
}
