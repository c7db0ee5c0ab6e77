import type { Step } from '../../step/step.ts';
import type { Made } from '../context.ts';

/** It runs. */
export const unpause: Step<Made> = {
  name: 'unpause',
  about: () => 'it runs',
  async run({ domid, host }) {
    await host.xen.domainUnpause(domid);
    return {};
  },
};
