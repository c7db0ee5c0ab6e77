import { VmToolsError } from '@vm-tools/errors';
import { suggest } from '@vm-tools/words';
import type { CpuPool } from '@vm-tools/xc-native';
import type { StoreAccess } from '@vm-tools/xenstore';
import { asVmToolsError } from '../guest-error.ts';
import type { Host } from '../host.ts';

/** A pool of processors under the name that toolstacks have given it. */
export interface NamedPool extends CpuPool {
  readonly name: string;
}

/** All pools of a host, and the processors that are in none. */
export interface HostPools {
  /** by ascending numbers */
  readonly pools: readonly NamedPool[];
  readonly freeCpus: readonly number[];
}

/** Where libxl keeps what Xen does not know of a pool: its name, and a UUID. */
export const poolPath = (id: number): string => `/local/pool/${id}`;

/** What libxl calls the pool that every host has until it is renamed. */
export const FIRST_POOL = 'Pool-0';

/** What this host has of pools of processors. */
export async function listPools(host: Pick<Host, 'xen' | 'store'>): Promise<HostPools> {
  try {
    const [pools, freeCpus] = await Promise.all([host.xen.cpupoolList(), host.xen.cpupoolFreeinfo()]);
    return { pools: await withNames(host.store, pools), freeCpus };
  } catch (thrown) {
    throw asVmToolsError(thrown, { doing: 'looking at the cpupools', hint: 'look again' });
  }
}

/** The same pools under their names; one without a name has its number for one. */
export async function withNames(
  store: Pick<StoreAccess, 'read'>,
  pools: readonly CpuPool[],
): Promise<NamedPool[]> {
  return Promise.all(
    pools.map(async (pool) => {
      const name = await store.read(`${poolPath(pool.id)}/name`);
      return { ...pool, name: name ?? (pool.id === 0 ? FIRST_POOL : String(pool.id)) };
    }),
  );
}

/**
 * The pool that is meant: only digits is a number, anything else a name.
 *
 * @throws CPUPOOL_UNKNOWN (usage), with a similar name as its hint
 */
export async function resolvePool(host: Pick<Host, 'xen' | 'store'>, wanted: string): Promise<NamedPool> {
  const { pools } = await listPools(host);
  const found = /^\d+$/.test(wanted)
    ? pools.find(({ id }) => id === Number(wanted))
    : pools.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const similar = suggest(
    wanted,
    pools.map(({ name }) => name),
  );
  throw new VmToolsError({
    code: 'CPUPOOL_UNKNOWN',
    kind: 'usage',
    message: `there is no cpupool ${wanted} on this host`,
    hint: similar === undefined ? 'list them with vm-cpupool list' : `did you mean ${similar}?`,
    details: { wanted },
  });
}

/** Turns what Xen says of a pool into words about it; an error that has a hint stays as it is. */
export function poolError(thrown: unknown, doing: string): VmToolsError {
  return asVmToolsError(thrown, { doing, hint: 'see what is there: vm-cpupool list' });
}
