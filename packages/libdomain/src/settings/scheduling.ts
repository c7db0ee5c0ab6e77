import type { VcpuAffinity } from '@vm-tools/xc-native';
import { vcpusOf } from '../guest/vcpus.ts';
import type { Change, Subject } from './change.ts';
import { DEFAULT_WEIGHT, MOST_WEIGHT } from '../scheduling/scheduling.ts';
import { invalidSetting, type DomainSettings, type Pin } from './settings.ts';

/** How much processor time it gets beside others, and at most. @throws DOMAIN_SETTING_INVALID */
export async function sharesChange(
  { host: { xen }, domain, info }: Subject,
  { weight, cap }: DomainSettings,
): Promise<Change | undefined> {
  if (weight === undefined && cap === undefined) return undefined;
  const { domid } = domain;
  if (weight !== undefined && (weight < 1 || weight > MOST_WEIGHT))
    throw invalidSetting(
      domain,
      `can have a weight from 1 to ${MOST_WEIGHT}`,
      `a new domain has ${DEFAULT_WEIGHT}`,
    );
  const mostCap = 100 * vcpusOf(info).length;
  if (cap !== undefined && cap > mostCap) {
    throw invalidSetting(
      domain,
      `cannot use more than ${mostCap} % of a processor anyway`,
      'give it a cap that is less, or 0 for none',
    );
  }
  const before = [await xen.domainGetWeight(domid), await xen.domainGetCap(domid)] as const;
  const set = async (newWeight: number | undefined, newCap: number | undefined): Promise<void> => {
    if (newWeight !== undefined) await xen.domainSetWeight(domid, newWeight);
    if (newCap !== undefined) await xen.domainSetCap(domid, newCap);
  };
  return { what: 'its shares', apply: () => set(weight, cap), takeBack: () => set(...before) };
}

/** The processors on which its vCPUs may run, and those on which they would rather. @throws DOMAIN_SETTING_INVALID */
export async function pinChange(
  subject: Subject,
  { pin, prefer }: DomainSettings,
): Promise<Change | undefined> {
  if (pin === undefined && prefer === undefined) return undefined;
  const {
    host: { xen },
    domain,
  } = subject;
  const { domid } = domain;
  const { onlineCpus } = await xen.physinfo();
  const wanted = [
    ...wishesOf(subject, pin, 'hard', onlineCpus),
    ...wishesOf(subject, prefer, 'soft', onlineCpus),
  ];
  const before = new Map<number, VcpuAffinity>();
  for (const vcpu of new Set(wanted.map((wish) => wish.vcpu)))
    before.set(vcpu, await xen.vcpuGetaffinity(domid, vcpu));
  return {
    what: 'its pinning',
    async apply() {
      for (const { vcpu, which, cpus } of wanted) {
        await xen.vcpuSetaffinity(domid, vcpu, { [which]: cpus });
        // Xen drops what it does not have, without a word.
        const kept = (await xen.vcpuGetaffinity(domid, vcpu))[which];
        const dropped = cpus.find((cpu) => !kept.includes(cpu));
        if (dropped === undefined) continue;
        const hint = 'vm-info says how many processors there are';
        throw invalidSetting(domain, `cannot be pinned to processor ${dropped}: there is none`, hint);
      }
    },
    async takeBack() {
      for (const [vcpu, affinity] of before) await xen.vcpuSetaffinity(domid, vcpu, affinity);
    },
  };
}

interface Wish {
  readonly vcpu: number;
  readonly which: keyof VcpuAffinity;
  readonly cpus: readonly number[];
}

/** One for each vCPU that is meant. @throws DOMAIN_SETTING_INVALID */
function wishesOf(
  { domain, info }: Subject,
  pin: Pin | undefined,
  which: keyof VcpuAffinity,
  onlineCpus: number,
): Wish[] {
  if (pin === undefined) return [];
  const all = vcpusOf(info);
  const vcpus = pin.vcpu === undefined ? all : [pin.vcpu];
  const strange = vcpus.find((vcpu) => !all.includes(vcpu));
  if (strange !== undefined)
    throw invalidSetting(domain, `has no vCPU ${strange}`, `it has those from 0 to ${all.length - 1}`);
  const cpus = pin.cpus === 'all' ? Array.from({ length: onlineCpus }, (_, cpu) => cpu) : pin.cpus;
  return vcpus.map((vcpu) => ({ vcpu, which, cpus }));
}
