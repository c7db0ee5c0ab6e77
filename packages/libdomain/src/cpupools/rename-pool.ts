import type { Host } from '../host.ts';
import { requireName } from './create-pool.ts';
import { poolError, poolPath, type NamedPool } from './named-pool.ts';

/**
 * Gives a pool another name.
 *
 * @throws CPUPOOL_NAME_INVALID, CPUPOOL_NAME_TAKEN (usage)
 */
export async function renamePool(
  host: Pick<Host, 'xen' | 'store'>,
  pool: NamedPool,
  name: string,
): Promise<NamedPool> {
  if (name === pool.name) return pool;
  await requireName(host, name);
  try {
    await host.store.write(`${poolPath(pool.id)}/name`, name);
  } catch (thrown) {
    throw poolError(thrown, `renaming the cpupool ${pool.name}`);
  }
  return { ...pool, name };
}
