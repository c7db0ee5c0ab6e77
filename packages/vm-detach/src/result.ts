import type { DetachedDevice, DomainIdentity } from '@vm-tools/libdomain';

/** A domain, and the device that it has no more. */
export type Detached = DomainIdentity & DetachedDevice;
