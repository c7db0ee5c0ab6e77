import type { DomainIdentity } from '@vm-tools/libdomain';

/** A domain that goes on. */
export interface Unpaused extends DomainIdentity {
  readonly state: 'running';
}
