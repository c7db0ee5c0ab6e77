import type { DomainIdentity, ShutdownOutcome } from '@vm-tools/libdomain';

/** A domain whose guest was asked to shut down. */
export interface ShutDown extends DomainIdentity {
  readonly state: ShutdownOutcome;
}
