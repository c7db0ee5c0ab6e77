import { VmToolsError } from '@vm-tools/errors';
import { StructView } from '../abi/struct-view.ts';
import type { Libxc } from '../libxc.ts';

/** XEN_SCHEDULER_* (xen/include/public/domctl.h) */
const SCHEDULERS = { credit: 5, credit2: 6 };

/** The two schedulers of Xen that know a cap have a struct and two calls of their own each. */
function callsFor(libxc: Libxc) {
  const id = Buffer.alloc(4);
  libxc.call('xc_sched_id', [libxc.xch, id]);
  const { xen_domctl_sched_credit, xen_domctl_sched_credit2 } = libxc.layouts;
  switch (id.readInt32LE()) {
    case SCHEDULERS.credit:
      return {
        params: new StructView(xen_domctl_sched_credit),
        get: 'xc_sched_credit_domain_get',
        set: 'xc_sched_credit_domain_set',
      } as const;
    case SCHEDULERS.credit2:
      return {
        params: new StructView(xen_domctl_sched_credit2),
        get: 'xc_sched_credit2_domain_get',
        set: 'xc_sched_credit2_domain_set',
      } as const;
    default:
      throw new VmToolsError({
        code: 'XEN_NO_CAP',
        kind: 'usage',
        message: 'the scheduler of this host knows no cap',
        hint: 'boot Xen with sched=credit2 or sched=credit',
      });
  }
}

export function getCap(libxc: Libxc, domid: number): number {
  const { params, get } = callsFor(libxc);
  libxc.callOn(get, domid, params.bytes);
  return params.get('cap');
}

/** Both take a whole struct, so what is not to change is read first. */
export function setCap(libxc: Libxc, domid: number, percent: number): void {
  const { params, get, set } = callsFor(libxc);
  libxc.callOn(get, domid, params.bytes);
  libxc.callOn(set, domid, params.set('cap', percent).bytes);
}
