import type { Step } from '../../step/step.ts';
import type { Made } from '../context.ts';

/** Which features of the processor the guest sees. Only for new domains: a saved one brings its own in the stream. */
export const cpuPolicy: Step<Made> = {
  name: 'cpu-policy',
  about: () => "Xen's default",
  async run({ domid, host }) {
    await host.xen.cpuidApplyPolicy(domid, { restore: false });
    return {};
  },
};
