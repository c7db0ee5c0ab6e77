import type { Step } from '../../step/step.ts';
import type { Filled, Made, Wired } from '../context.ts';

/**
 * xenstored maps the guest's ring and serves it from now on, and tells xenconsoled.
 *
 * There is no undo of its own. To release the domain here, while it is not dying, would make xenstored forget it before
 * it dies. Then xenstored would not tell xenconsoled of its death, and xenconsoled would keep the console ring mapped
 * and the domain a zombie. The undo of create-domain destroys it, and xenstored releases what has died by itself.
 */
export const introduce: Step<Made & Wired & Filled> = {
  name: 'introduce',
  about: () => 'to xenstored',
  async run({ domid, ports, frames, host }) {
    await host.store.introduceDomain(domid, frames.storeFrame, ports.storePort);
    return {};
  },
};
