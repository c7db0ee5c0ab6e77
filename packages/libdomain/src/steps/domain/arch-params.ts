import { TIMER_MODES, TSC_MODES } from '../../config/keys/values.ts';
import type { Step } from '../../step/step.ts';
import { profileOf } from '../../types/index.ts';
import type { Made, Wanted } from '../context.ts';

/** Settings of the machine that no stream carries: a restored domain needs them as much as a new one. */
export const archParams: Step<Wanted & Made> = {
  name: 'arch-params',
  about: ({ config }) => (config === undefined ? 'TSC mode' : `${profileOf(config).machine.about}, TSC mode`),
  async run({ config, domid, host: { xen } }) {
    const { timerMode, ...size } = config;
    await profileOf(config).machine.set(xen, domid, {
      ...size,
      ...(timerMode !== undefined && { timerMode: TIMER_MODES.indexOf(timerMode) }),
    });
    await xen.domainSetTscInfo(domid, TSC_MODES.indexOf(config.tscMode));
    return {};
  },
};
