import type { AttachedDevice, DomainIdentity } from '@vm-tools/libdomain';

/** A domain, and the device that it has now. */
export type Attached = DomainIdentity & AttachedDevice;
