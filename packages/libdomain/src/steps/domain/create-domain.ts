import type { CreateDomainSpec } from '@vm-tools/xc-native';
import type { DomainConfig } from '../../config/schema.ts';
import { domainPath } from '../../paths.ts';
import { removeDomain } from '../../removal/remove-domain.ts';
import type { Step } from '../../step/step.ts';
import { profileOf } from '../../types/index.ts';
import type { Made, Sized, Wanted } from '../context.ts';

/** What Xen is told when it is created, and never again. */
function limitsOf(config: DomainConfig): Partial<CreateDomainSpec> {
  const { maxGrantFrames, maxMaptrackFrames, maxGrantVersion, maxEventChannels, vpmu, msrRelaxed } = config;
  return {
    ...(maxGrantFrames !== undefined && { maxGrantFrames }),
    ...(maxMaptrackFrames !== undefined && { maxMaptrackFrames }),
    ...(maxGrantVersion !== undefined && { grantVersion: maxGrantVersion }),
    ...(maxEventChannels !== undefined && { maxEvtchnPort: maxEventChannels }),
    ...(vpmu !== undefined && { vpmu }),
    ...(msrRelaxed !== undefined && { msrRelaxed }),
  };
}

/** From here on there is a domain: empty, and paused until the last step. */
export const makeDomain: Step<Wanted & Sized, Made> = {
  name: 'create-domain',
  about: ({ config }) => `${config?.type} with ${config?.maxVcpus} vCPUs`,
  async run({ config, memory, host }) {
    const domid = await host.xen.domainCreate({
      uuid: config.uuid,
      maxVcpus: config.maxVcpus,
      ...profileOf(config).create(memory, config),
      ...limitsOf(config),
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
