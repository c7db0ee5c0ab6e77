import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

/** Which features of the processor the guest sees. Only for new domains: a saved one brings its own in the stream. */
export const cpuPolicy: Step<Wanted & Made> = {
  name: 'cpu-policy',
  about: () => "Xen's default",
  async run({ config, domid, host }) {
    const { noMigrate = false, tscMode, nestedHvm: nestedVirt = false } = config;
    // Where it stays, or Xen answers for its counter, that runs at one rate for good.
    const invariantTsc = noMigrate || tscMode === 'always_emulate';
    await host.xen.cpuidApplyPolicy(domid, { restore: false, invariantTsc, nestedVirt });
    return {};
  },
};
