import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

/** Which features of the processor the guest sees. Only for new domains: a saved one brings its own in the stream. */
export const cpuPolicy: Step<Wanted & Made> = {
  name: 'cpu-policy',
  about: ({ config }) => {
    if (config?.cpuPolicy === undefined) return "Xen's default";
    return typeof config.cpuPolicy === 'string'
      ? `no more than ${config.cpuPolicy} names`
      : `no more than ${config.cpuPolicy.features.length} features`;
  },
  async run({ config, cpuLevel, domid, host }) {
    const { noMigrate = false, tscMode, nestedHvm: nestedVirt = false, cpuPolicy: kept } = config;
    // One that was made before has in its configuration what was read then, and gets what there is of it here.
    const { features, leaves } = cpuLevel ?? (typeof kept === 'object' ? kept : {});
    // Where it stays, or Xen answers for its counter, that runs at one rate for good.
    const invariantTsc = noMigrate || tscMode === 'always_emulate';
    await host.xen.cpuidApplyPolicy(domid, {
      restore: false,
      invariantTsc,
      nestedVirt,
      ...(features === undefined ? {} : { features }),
      ...(leaves === undefined ? {} : { leaves }),
    });
    return {};
  },
};
