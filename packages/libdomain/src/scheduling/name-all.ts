import type { DomainConfig } from '../config/schema.ts';
import type { Host } from '../host.ts';
import { dependsOnHost, processorsOn } from './processors-on.ts';
import type { ProcessorsOfVcpus, WantedProcessors } from './scheduling.ts';

/**
 * The configuration with the processors of this host by their numbers for each vCPU that may run on all of them while a
 * later one may not, on all but some, or on those of a node: libxl has no other word for it.
 */
export async function withAllNamed<Config extends Pick<DomainConfig, 'cpus' | 'cpusSoft'>>(
  config: Config,
  { xen }: Pick<Host, 'xen'>,
): Promise<Config> {
  const { cpus, cpusSoft } = config;
  if (![...(cpus ?? []), ...(cpusSoft ?? [])].some((list) => dependsOnHost(list) || list.length === 0))
    return config;
  const places = await xen.cputopoinfo();
  const all = places.map(({ cpu }) => cpu);
  const named = (lists: WantedProcessors): ProcessorsOfVcpus =>
    lists.map((list) => {
      if (dependsOnHost(list)) return processorsOn(list, places);
      return list.length === 0 ? all : list;
    });
  return {
    ...config,
    ...(cpus !== undefined && { cpus: named(cpus) }),
    ...(cpusSoft !== undefined && { cpusSoft: named(cpusSoft) }),
  };
}
