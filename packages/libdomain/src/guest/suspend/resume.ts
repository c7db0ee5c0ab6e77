import { messageOf, VmToolsError } from '@vm-tools/errors';
import { takeDisksBack } from '../../devices/disks/release-disks.ts';
import type { Domain } from '../../domain.ts';
import { guestError, whereabouts } from '../../guest-error.ts';
import type { Host } from '../../host.ts';
import { loggedPath, suspendingPath } from '../../paths.ts';
import { confirmSuspended } from './confirm-suspended.ts';
import { hasEnded } from '../death.ts';

/**
 * Lets a suspended guest go on where it was: its request to suspend returns "cancelled". A guest that runs stays as
 * it is. xenstored is told as well, or it would not notice when the guest shuts down again; it may be told twice, so
 * that a second call finishes what the first one could not.
 *
 * @param options `force`: also when another toolstack has suspended it, and may be saving it
 * @throws DOMAIN_RESUME_FAILED; GUEST_CHANGED when another toolstack has suspended it
 */
export async function resumeGuest(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  { force = false }: { readonly force?: boolean } = {},
): Promise<void> {
  const { domid, name } = domain;
  const { xen, store } = host;
  let isSuspended: boolean;
  try {
    const info = await xen.domainGetinfo(domid);
    if (hasEnded(domain, info)) return;
    isSuspended = info?.shutdownReason === 'suspend';
    if (isSuspended && !force) await confirmSuspended(host, domain);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, { doing: `looking at ${name}`, hint: 'resume it again' });
  }
  try {
    await takeDisksBack(host, domid);
    if (isSuspended) await xen.domainResume(domid, { fast: true });
    await store.resumeDomain(domid);
    await store.rm(suspendingPath(domid));
    await store.rm(loggedPath(domid));
  } catch (cause) {
    const guest = await whereabouts(host, domain);
    throw new VmToolsError({
      code: 'DOMAIN_RESUME_FAILED',
      message:
        guest.state === 'suspended here'
          ? `${name} is suspended and could not be resumed: ${messageOf(cause)}`
          : `${name} goes on, but xenstored could not be told and will not notice its end: ${messageOf(cause)}`,
      hint: `nothing of it is lost; vm-unpause ${name} resumes it once the cause is gone`,
      cause,
      guest,
    });
  }
}
