import type { DomainInfo, SchedulerName, Xen } from '@vm-tools/xc-native';
import type { Host } from '../host.ts';
import { withNames, type NamedPool } from './named-pool.ts';

/** The pool in which a domain runs; undefined when it has gone with the domain. */
export async function poolOf(
  { xen, store }: Pick<Host, 'xen' | 'store'>,
  { cpupool }: Pick<DomainInfo, 'cpupool'>,
): Promise<NamedPool | undefined> {
  const [pool] = await withNames(
    store,
    (await xen.cpupoolList()).filter(({ id }) => id === cpupool),
  );
  return pool;
}

/** The scheduler of the pool in which a domain runs; that of the first pool is the host's. */
export async function schedulerOf(
  xen: Pick<Xen, 'schedId' | 'cpupoolList'>,
  { cpupool }: Pick<DomainInfo, 'cpupool'>,
): Promise<SchedulerName> {
  if (cpupool === 0) return xen.schedId();
  return (await xen.cpupoolList()).find(({ id }) => id === cpupool)?.scheduler ?? 'unknown';
}
