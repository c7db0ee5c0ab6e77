import { cpuLevelOf } from '../../cpu/cpu-level-of.ts';
import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

/** Which features of the processor the guest sees. Only for new domains: a saved one brings its own in the stream. */
export const cpuPolicy: Step<Wanted & Made> = {
  name: 'cpu-policy',
  about: ({ config: { cpuPolicy: policy, cpuid } = {} }) => {
    const most = typeof policy === 'object' ? `${policy.features.length} features` : `${policy} names`;
    const base = policy === undefined ? "Xen's default" : `no more than ${most}`;
    return cpuid === undefined ? base : `${base}, with ${cpuid}`;
  },
  async run({ config, cpuLevel, domid, host }) {
    const { type, noMigrate = false, tscMode, nestedHvm: nestedVirt = false, cpuid } = config;
    // One that was made before has in its configuration what was read then, and gets what there is of it here.
    const kept = typeof config.cpuPolicy === 'object' ? config.cpuPolicy : undefined;
    const level = cpuLevel ?? (await cpuLevelOf(host.xen, { type, level: kept, cpuid }));
    // Where it stays, or Xen answers for its counter, that runs at one rate for good.
    const invariantTsc = noMigrate || tscMode === 'always_emulate';
    await host.xen.cpuidApplyPolicy(domid, { restore: false, invariantTsc, nestedVirt, ...level });
    return {};
  },
};
