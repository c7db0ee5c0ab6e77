import { VmToolsError } from '@vm-tools/errors';
import type { CpuPlace, VcpuAffinity, Xen } from '@vm-tools/xc-native';
import { invalidSetting } from '../../settings/settings.ts';
import { dependsOnHost, missingOn, processorsOn, processorsText } from '../../scheduling/processors-on.ts';
import type { WantedOfVcpu, WantedScheduling } from '../../scheduling/scheduling.ts';
import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

/** A vCPU that does not run just anywhere. */
export interface PinnedVcpu {
  readonly vcpu: number;
  readonly affinity: { readonly [Which in keyof VcpuAffinity]?: WantedOfVcpu };
}

/** Those of a domain that are pinned, or would rather run on some processors. */
export function pinnedVcpus({ hard = [], soft = [] }: WantedScheduling): readonly PinnedVcpu[] {
  const length = Math.max(hard.length, soft.length);
  return Array.from({ length }, (_, vcpu) => ({
    vcpu,
    affinity: { ...of(hard[vcpu], 'hard'), ...of(soft[vcpu], 'soft') },
  })).filter(({ affinity }) => Object.keys(affinity).length > 0);
}

function of(list: WantedOfVcpu | undefined, which: keyof VcpuAffinity): PinnedVcpu['affinity'] {
  return list === undefined || (!dependsOnHost(list) && list.length === 0) ? {} : { [which]: list };
}

/** Pins one vCPU of a new domain. @throws DOMAIN_SETTING_INVALID when a processor is not there */
export const pinNewVcpu = ({ vcpu, affinity }: PinnedVcpu): Step<Wanted & Made> => ({
  name: `pin-vcpu-${vcpu}`,
  about: () =>
    Object.entries(affinity)
      .map(
        ([which, cpus]) =>
          `${which === 'hard' ? 'on' : 'rather on'} ${processorsText(cpus).replaceAll(',', ', ')}`,
      )
      .join(', '),
  async run({ config: { name, uuid }, domid, host: { xen } }) {
    const places = await placesFor(xen, affinity);
    const refused = (to: string): VmToolsError =>
      invalidSetting(
        { domid, uuid, name },
        `cannot be pinned to ${to}`,
        'correct cpus and cpus_soft; vm-info says how many processors there are',
      );
    for (const [which, wanted] of Object.entries(affinity)) {
      const absent = dependsOnHost(wanted) ? missingOn(wanted, places) : undefined;
      if (absent !== undefined) throw refused(`${absent}: there is none`);
      const cpus = dependsOnHost(wanted) ? processorsOn(wanted, places) : wanted;
      if (cpus.length === 0) throw refused(`${processorsText(wanted)}: that leaves none of its processors`);
      const [missing] = await pinTo(xen, { domid, vcpu, which: which as keyof VcpuAffinity, cpus });
      if (missing !== undefined) throw refused(`processor ${missing}: there is none`);
    }
    return {};
  },
});

/**
 * Pins one vCPU as it was where it comes from. Processors of another host may be fewer: it keeps what a new one has
 * then.
 */
export const pinVcpu = ({ vcpu, affinity }: PinnedVcpu): Step<Wanted & Made> => ({
  name: `pin-vcpu-${vcpu}`,
  about: () => `vCPU ${vcpu} on the processors that it had`,
  async run({ config: { name }, domid, host: { xen } }) {
    const usual = await xen.vcpuGetaffinity(domid, vcpu);
    const places = await placesFor(xen, affinity);
    try {
      for (const [which, wanted] of Object.entries(affinity)) {
        const cpus = dependsOnHost(wanted) ? processorsOn(wanted, places) : wanted;
        const missing = await pinTo(xen, { domid, vcpu, which: which as keyof VcpuAffinity, cpus });
        if (missing.length > 0) throw lost(name, missing);
      }
    } catch (thrown) {
      await xen.vcpuSetaffinity(domid, vcpu, usual);
      throw thrown;
    }
    return {};
  },
});

/** Asked of Xen where it matters. */
async function placesFor(
  xen: Pick<Xen, 'cputopoinfo'>,
  affinity: PinnedVcpu['affinity'],
): Promise<readonly CpuPlace[]> {
  return Object.values(affinity).some(dependsOnHost) ? xen.cputopoinfo() : [];
}

/** @returns those that there are not: Xen drops them without a word, as long as something is left */
async function pinTo(
  xen: Xen,
  {
    domid,
    vcpu,
    which,
    cpus,
  }: {
    readonly domid: number;
    readonly vcpu: number;
    readonly which: keyof VcpuAffinity;
    readonly cpus: readonly number[];
  },
): Promise<readonly number[]> {
  try {
    await xen.vcpuSetaffinity(domid, vcpu, { [which]: cpus });
  } catch (thrown) {
    if (thrown instanceof VmToolsError && thrown.details['errnoName'] === 'EINVAL') return cpus;
    throw thrown;
  }
  const kept = await xen.vcpuGetaffinity(domid, vcpu);
  return cpus.filter((cpu) => !kept[which].includes(cpu));
}

function lost(name: string, cpus: readonly number[]): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_PINNING_LOST',
    kind: 'usage',
    message: `${name} was pinned to processors that are not where it is now (${cpus.slice(0, 8).join(', ')}): its vCPUs that were may run on all`,
    hint: 'pin it anew there: vm-set --pin',
    details: { cpus },
  });
}
