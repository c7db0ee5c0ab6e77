import type { DomainIdentity, NamedPool } from '@vm-tools/libdomain';

/** A pool that is gone. */
export interface DestroyedPool extends Pick<NamedPool, 'id' | 'name'> {
  readonly state: 'destroyed';
}

/** A domain that runs in another pool. */
export interface Moved extends DomainIdentity {
  /** the name of the pool */
  readonly cpupool: string;
}
