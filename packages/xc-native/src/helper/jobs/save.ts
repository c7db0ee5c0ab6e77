import { StructView } from '../../abi/struct-view.ts';
import { readDomainInfo } from '../../calls/domain-info.ts';
import type { Libxc } from '../../libxc.ts';
import type { ParentLink } from '../parent-link.ts';
import type { PrecopyDecision } from '../../xen.ts';

/** XCFLAGS_LIVE (xenguest.h) */
const LIVE = 1 << 0;
/** For xc_domain_resume: the guest's suspend hypercall returns "cancelled". */
const FAST = 1;
/** XC_STREAM_PLAIN: no checkpointing after the first */
export const PLAIN_STREAM = 0;
export const NO_FD = -1;

/** XGS_POLICY_* (xenguest.h) */
const POLICY: Readonly<Record<PrecopyDecision, number>> = { abort: -1, continue: 0, 'stop-and-copy': 1 };
const [FAILED, SUSPENDED] = [0, 1];

/** xc_domain_save to this file or socket; its callbacks ask the parent and block until it has answered. */
export function saveDomain(
  libxc: Libxc,
  domid: number,
  { live, asksPrecopy }: { readonly live: boolean; readonly asksPrecopy: boolean },
  parent: ParentLink,
  fd: number,
): void {
  const { native, layouts } = libxc;
  const guest = { wasAsked: false };

  const suspend = native.callback('suspend', () => {
    guest.wasAsked = true;
    return parent.ask({ type: 'suspend' }) === 'abort' ? FAILED : SUSPENDED;
  });
  const precopyPolicy = native.callback('precopy_policy', ({ iteration, total_written, dirty_count }) => {
    const totalWrittenPages = Number(total_written);
    const dirtyPages = dirty_count < 0 ? undefined : Number(dirty_count);
    return POLICY[parent.ask({ type: 'precopy', stats: { iteration, totalWrittenPages, dirtyPages } })];
  });
  // libxc calls this for every domain in an HVM container, PVH too, and through NULL if it is not there. A PVH guest
  // has no device model that could write to its memory, so there is nothing to switch.
  const switchQemuLogdirty = native.callback('switch_qemu_logdirty', () => 0);

  const memory = native.alloc(layouts.save_callbacks.size);
  const callbacks = new StructView(layouts.save_callbacks, memory.bytes)
    .set('suspend', suspend.address)
    .set('switch_qemu_logdirty', switchQemuLogdirty.address);
  if (asksPrecopy) callbacks.set('precopy_policy', precopyPolicy.address);

  try {
    const flags = live ? LIVE : 0;
    libxc.call('xc_domain_save', [libxc.xch, fd, domid, flags, memory.address, PLAIN_STREAM, NO_FD], domid);
  } catch (error) {
    if (guest.wasAsked && parent.isGone) wakeOrphan(libxc, domid);
    throw error;
  } finally {
    for (const callback of [suspend, precopyPolicy, switchQemuLogdirty]) callback.release();
    memory.free();
  }
}

/**
 * The parent that would wake the guest after a failed save has died, and no other process will. Its image is
 * incomplete, so it runs nowhere else. A guest that has not suspended must be left alone: resuming writes to its
 * registers.
 */
function wakeOrphan(libxc: Libxc, domid: number): void {
  if (readDomainInfo(libxc, domid)?.shutdownReason === 'suspend')
    libxc.callOn('xc_domain_resume', domid, FAST);
}
