import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

/** How many vCPUs Xen makes room for. */
export const maxVcpus: Step<Wanted & Made> = {
  name: 'max-vcpus',
  about: ({ config }) => `${config?.maxVcpus}`,
  async run({ config, domid, host }) {
    await host.xen.domainMaxVcpus(domid, config.maxVcpus);
    return {};
  },
};
