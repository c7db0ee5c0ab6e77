import type { HVM_PARAM } from '@vm-tools/xc-native';
import type { Step } from '../step/step.ts';
import type { Made, Wanted } from './context.ts';

// Types alone: whoever only plans a domain needs no libxc.
const TIMER_MODE: (typeof HVM_PARAM)['TIMER_MODE'] = 10;
const ALTP2M: (typeof HVM_PARAM)['ALTP2M'] = 35;
/** "No delay for missed ticks": the guest's time does not stop when ticks were missed. */
const TIMER_MODE_NO_DELAY = 1n;
/** Xen decides by the processor whether the time stamp counter needs emulation. */
const TSC_MODE_DEFAULT = 0;

/** Settings of the machine that no stream carries: a restored domain needs them as much as a new one. */
export const archParams: Step<Wanted & Made> = {
  name: 'arch-params',
  about: ({ config }) =>
    config?.type === 'pv' ? 'memory map limit, TSC mode' : 'timer mode, no alternate p2m, TSC mode',
  async run({ config, domid, host: { xen } }) {
    if (config.type === 'pvh') {
      await xen.hvmParamSet(domid, TIMER_MODE, TIMER_MODE_NO_DELAY);
      await xen.hvmParamSet(domid, ALTP2M, 0n);
    } else {
      await xen.domainSetMemmapLimit(domid, config.maxMemoryKib);
    }
    await xen.domainSetTscInfo(domid, TSC_MODE_DEFAULT);
    return {};
  },
};
