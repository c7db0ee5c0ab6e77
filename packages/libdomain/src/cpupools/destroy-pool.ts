import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../host.ts';
import { poolError, poolPath, type NamedPool } from './named-pool.ts';
import { removeCpus } from './pool-cpus.ts';

/**
 * Ends a pool; its processors are in none then.
 *
 * @throws CPUPOOL_IN_USE (usage): domains run in it, or it is the one that every host has
 */
export async function destroyPool(host: Pick<Host, 'xen' | 'store'>, pool: NamedPool): Promise<void> {
  const { id, name, domains } = pool;
  if (id === 0 || domains > 0)
    throw new VmToolsError({
      code: 'CPUPOOL_IN_USE',
      kind: 'usage',
      message: id === 0 ? `${name} is the cpupool of dom0` : `${domains} domains run in the cpupool ${name}`,
      hint: id === 0 ? 'name another one' : 'move them into another pool: vm-cpupool move',
    });
  await removeCpus(host, pool, pool.cpus);
  try {
    await host.xen.cpupoolDestroy(id);
    await host.store.rm(poolPath(id));
  } catch (thrown) {
    throw poolError(thrown, `ending the cpupool ${name}`);
  }
}
