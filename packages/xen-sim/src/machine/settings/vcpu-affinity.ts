import type { VcpuAffinity, VcpuInfo } from '@vm-tools/xc-native';
import type { DomainState } from '../domain/domain-state.ts';
import { refuse } from '../refuse.ts';

/** XEN_DOMCTL_getvcpuinfo. The first vCPUs are those that are online, and each stays on the processor of its number. */
export function vcpuInfo(domain: DomainState, vcpu: number, cpus: number): VcpuInfo {
  requireVcpu(domain, vcpu, 'xc_vcpu_getinfo');
  const isOnline = vcpu < domain.onlineVcpus;
  const isUp = isOnline && domain.isRunning;
  const isBusy = isUp && domain.load > vcpu;
  const share = BigInt(Math.max(1, domain.onlineVcpus));
  return {
    isOnline,
    isBlocked: isUp && !isBusy,
    isRunning: isBusy,
    cpuTimeNs: isOnline ? domain.cpuTimeNs() / share : 0n,
    cpu: vcpu % cpus,
  };
}

/** All processors, until something else is set. */
export function affinityOf(domain: DomainState, vcpu: number, cpus: number): VcpuAffinity {
  requireVcpu(domain, vcpu, 'xc_vcpu_getaffinity');
  const all = Array.from({ length: cpus }, (_, cpu) => cpu);
  return domain.affinities.get(vcpu) ?? { hard: all, soft: all };
}

/** A map in which no processor of the host is set, is refused. */
export function setAffinity(
  domain: DomainState,
  vcpu: number,
  { hard, soft }: Partial<VcpuAffinity>,
  cpus: number,
): void {
  const call = 'xc_vcpu_setaffinity';
  requireVcpu(domain, vcpu, call);
  const known = (map: readonly number[]): number[] =>
    [...new Set(map)].filter((cpu) => cpu < cpus).sort((a, b) => a - b);
  const maps = [hard, soft].map((map) => map && known(map));
  if (maps.some((map) => map?.length === 0)) throw refuse(call, 'EINVAL', domain.domid);
  const before = affinityOf(domain, vcpu, cpus);
  domain.affinities.set(vcpu, { hard: maps[0] ?? before.hard, soft: maps[1] ?? before.soft });
}

function requireVcpu(domain: DomainState, vcpu: number, call: string): void {
  if (vcpu >= domain.maxVcpus) throw refuse(call, 'EINVAL', domain.domid);
  if (vcpu >= domain.vcpus) throw refuse(call, 'ESRCH', domain.domid);
}
