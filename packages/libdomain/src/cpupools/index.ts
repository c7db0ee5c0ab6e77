/** Pools of processors: each domain runs in one, by the scheduler of that pool. */
export { createPool, type CreatePoolOptions } from './create-pool.ts';
export { destroyPool } from './destroy-pool.ts';
export { moveToPool } from './move-to-pool.ts';
export { listPools, resolvePool, type HostPools, type NamedPool } from './named-pool.ts';
export { namedCpus } from './named-cpus.ts';
export { poolParams, setPoolParams, type PoolParams } from './pool-params.ts';
export { splitByNode } from './split-by-node.ts';
export { addCpus, removeCpus } from './pool-cpus.ts';
export { renamePool } from './rename-pool.ts';
