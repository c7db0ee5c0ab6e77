import type { Step } from '../../step/step.ts';
import type { Made, Wired } from '../context.ts';

/** The guest's ends of two event channels, for the daemons that serve its xenstore ring and its console ring. */
export const eventChannels: Step<Made, Wired> = {
  name: 'event-channels',
  about: () => 'one for xenstore, one for the console',
  async run({ domid, host: { xen, store } }) {
    // Both daemons may live in a domain of their own; they say where, or they are in dom0.
    const storeDomid = Number((await store.read('/tool/xenstored/domid')) ?? 0);
    const consoleDomid = Number((await store.read('/tool/xenconsoled/domid')) ?? 0);
    const storePort = await xen.evtchnAllocUnbound(domid, storeDomid);
    const consolePort = await xen.evtchnAllocUnbound(domid, consoleDomid);
    return { ports: { storePort, storeDomid, consolePort, consoleDomid } };
  },
};
