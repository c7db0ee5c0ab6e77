import type { Step } from '../../step/step.ts';
import type { Made, Sized } from '../context.ts';

/** Xen takes the page tables of the guest from it, so it must be there before any memory is populated. */
export const pagingPool: Step<Sized & Made> = {
  name: 'paging-pool',
  about: () => 'page tables of the guest',
  async run({ memory, domid, host }) {
    await host.xen.setPagingMempoolSize(domid, memory.pagingPoolKib * 1024);
    return {};
  },
};
