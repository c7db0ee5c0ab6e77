import type { DomainConfig } from '../config/schema.ts';
import type { Host } from '../host.ts';
import type { ProcessorsOfVcpus } from './scheduling.ts';

/**
 * The configuration with all processors of this host for each vCPU that may run on all of them while a later one may
 * not: libxl has no other word for it.
 */
export async function withAllNamed<Config extends Pick<DomainConfig, 'cpus' | 'cpusSoft'>>(
  config: Config,
  { xen }: Pick<Host, 'xen'>,
): Promise<Config> {
  const { cpus, cpusSoft } = config;
  if (![...(cpus ?? []), ...(cpusSoft ?? [])].some((list) => list.length === 0)) return config;
  const { onlineCpus } = await xen.physinfo();
  const all = Array.from({ length: onlineCpus }, (_, cpu) => cpu);
  const named = (lists: ProcessorsOfVcpus): ProcessorsOfVcpus =>
    lists.map((list) => (list.length === 0 ? all : list));
  return {
    ...config,
    ...(cpus !== undefined && { cpus: named(cpus) }),
    ...(cpusSoft !== undefined && { cpusSoft: named(cpusSoft) }),
  };
}
