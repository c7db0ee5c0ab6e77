import type { DomainIdentity, ShutdownOutcome } from '@vm-tools/libdomain';

/** A domain whose guest was asked to reboot. */
export interface Rebooted extends DomainIdentity {
  readonly state: ShutdownOutcome;
}
