import type { DomainInfo, VcpuAffinity } from '@vm-tools/xc-native';
import { schedulerOf } from '../cpupools/pool-of.ts';
import { vcpusOf } from '../guest/vcpus.ts';
import type { Host } from '../host.ts';
import { cappedPath, domainPath } from '../paths.ts';
import type { ProcessorsOfVcpus, Scheduling } from './scheduling.ts';

/**
 * How a domain is scheduled now, whichever tool has set it: xl keeps pinning in Xen alone. A cap by which a transfer
 * slows the guest down is not its own.
 */
export async function currentScheduling(
  { xen, store }: Pick<Host, 'xen' | 'store'>,
  info: Pick<DomainInfo, 'domid' | 'maxVcpuId' | 'cpupool'>,
): Promise<Scheduling> {
  const { domid } = info;
  const vcpus = vcpusOf(info);
  const [{ onlineCpus }, name, capBefore] = await Promise.all([
    xen.physinfo(),
    schedulerOf(xen, info),
    store.read(cappedPath(domid)),
  ]);
  const [affinities, wanted] = await Promise.all([
    Promise.all(vcpus.map((vcpu) => xen.vcpuGetaffinity(domid, vcpu))),
    Promise.all(vcpus.map((vcpu) => store.read(`${domainPath(domid)}/cpu/${vcpu}/availability`))),
  ]);
  const knowsShares = name === 'credit' || name === 'credit2';
  return {
    hard: pinned(affinities, 'hard', onlineCpus),
    soft: pinned(affinities, 'soft', onlineCpus),
    online: vcpus.filter((vcpu) => wanted[vcpu] !== 'offline'),
    ...(knowsShares && { weight: await xen.domainGetWeight(domid) }),
    ...(knowsShares && { cap: capBefore === undefined ? await xen.domainGetCap(domid) : Number(capBefore) }),
  };
}

/** None behind the last one that may not run everywhere: so they may on a host with more processors, too. */
function pinned(
  affinities: readonly VcpuAffinity[],
  which: keyof VcpuAffinity,
  onlineCpus: number,
): ProcessorsOfVcpus | undefined {
  const all = Array.from({ length: onlineCpus }, (_, cpu) => cpu);
  const lists = affinities.map((affinity) => affinity[which]);
  const last = lists.findLastIndex((list) => !all.every((cpu) => list.includes(cpu)));
  return last === -1 ? undefined : lists.slice(0, last + 1);
}
