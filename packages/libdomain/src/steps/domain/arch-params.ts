import type { Step } from '../../step/step.ts';
import { profileOf } from '../../types/index.ts';
import type { Made, Wanted } from '../context.ts';

/** Xen decides by the processor whether the time stamp counter needs emulation. */
const TSC_MODE_DEFAULT = 0;

/** Settings of the machine that no stream carries: a restored domain needs them as much as a new one. */
export const archParams: Step<Wanted & Made> = {
  name: 'arch-params',
  about: ({ config }) => (config === undefined ? 'TSC mode' : `${profileOf(config).machine.about}, TSC mode`),
  async run({ config, domid, host: { xen } }) {
    await profileOf(config).machine.set(xen, domid, config);
    await xen.domainSetTscInfo(domid, TSC_MODE_DEFAULT);
    return {};
  },
};
