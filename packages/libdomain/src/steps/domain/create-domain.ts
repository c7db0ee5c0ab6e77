import { domainPath } from '../../paths.ts';
import { removeDomain } from '../../removal/remove-domain.ts';
import type { Step } from '../../step/step.ts';
import { profileOf } from '../../types/index.ts';
import type { Made, Sized, Wanted } from '../context.ts';

/** From here on there is a domain: empty, and paused until the last step. */
export const makeDomain: Step<Wanted & Sized, Made> = {
  name: 'create-domain',
  about: ({ config }) => `${config?.type} with ${config?.maxVcpus} vCPUs`,
  async run({ config, memory, host }) {
    const domid = await host.xen.domainCreate({
      uuid: config.uuid,
      maxVcpus: config.maxVcpus,
      ...profileOf(config).create(memory),
    });
    return { domid };
  },
  async undo({ domid, host }) {
    await removeDomain(host, domid);
    // xenconsoled may have been about to publish its terminal when the nodes were removed, and made them anew.
    await host.store.rm(domainPath(domid));
  },
  leaves: ({ domid }) => `domain ${domid}`,
};
