import type { DomainIdentity, NamedPool, PoolParams } from '@vm-tools/libdomain';

/** A pool that is gone. */
export interface DestroyedPool extends Pick<NamedPool, 'id' | 'name'> {
  readonly state: 'destroyed';
}

/** What there is behind a split, the pool with the domains first. */
export interface SplitPools {
  readonly pools: readonly NamedPool[];
}

/** A pool, its scheduler, and what that goes by; one that has no parameters tells none. */
export interface PoolScheduler extends Pick<NamedPool, 'id' | 'name' | 'scheduler'>, Partial<PoolParams> {}

/** A domain that runs in another pool. */
export interface Moved extends DomainIdentity {
  /** the name of the pool */
  readonly cpupool: string;
}
