import type { DomainIdentity } from '@vm-tools/libdomain';

/** A domain whose console was shown. */
export interface Shown extends DomainIdentity {
  /** what ended it: the user, or the domain */
  readonly ended: 'escape' | 'end';
}
