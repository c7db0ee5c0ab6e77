import { PAGE_BYTES } from '../../memory.ts';
import { reservationsOf } from '../../reservations.ts';
import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

/**
 * Sets the memory aside that the domain is about to get: filling it takes minutes, and no other domain may have it
 * meanwhile. Our promise becomes Xen's claim here. The claim goes with the domain.
 */
export const claimMemory: Step<Wanted & Made> = {
  name: 'claim-memory',
  about: ({ config }) => (config === undefined ? '' : `${config.memoryKib} KiB`),
  async run({ config, domid, host }) {
    await host.xen.domainClaimPages(domid, Math.floor((config.memoryKib * 1024) / PAGE_BYTES));
    reservationsOf(host).end(config.uuid);
    return {};
  },
};

/** A saved domain may have had less than it could: what it has not taken by now is not for it. */
export const releaseClaim: Step<Made> = {
  name: 'release-claim',
  about: () => 'memory that it has not taken',
  async run({ domid, host }) {
    await host.xen.domainClaimPages(domid, 0);
    return {};
  },
};
