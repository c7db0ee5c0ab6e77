import { MAXMEM_SLACK_KIB } from '../../memory.ts';
import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

/** The most that Xen lets the domain own. Without the slack there would be no place for its rings. */
export const maxMem: Step<Wanted & Made> = {
  name: 'max-mem',
  about: ({ config }) => (config === undefined ? '' : `${config.memoryKib + MAXMEM_SLACK_KIB} KiB`),
  async run({ config, domid, host }) {
    await host.xen.domainSetmaxmem(domid, config.memoryKib + MAXMEM_SLACK_KIB);
    return {};
  },
};
