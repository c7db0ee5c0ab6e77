import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { suspendingPath } from '../paths.ts';
import { guestError, whereabouts } from './guest-error.ts';

/**
 * Lets a suspended guest go on where it was: its request to suspend returns "cancelled". A guest that runs stays as
 * it is. xenstored is told as well, or it would not notice when the guest shuts down again; it may be told twice, so
 * that a second call finishes what the first one could not.
 *
 * @throws DOMAIN_RESUME_FAILED
 */
export async function resumeGuest(host: Host, domain: Pick<Domain, 'domid' | 'name'>): Promise<void> {
  const { domid, name } = domain;
  const { xen, store } = host;
  const info = await xen.domainGetinfo(domid).catch(async (thrown: unknown) => {
    throw await guestError(host, domain, thrown, { doing: `looking at ${name}`, hint: 'resume it again' });
  });
  if (info === undefined || info.isDying) return;
  if (info.shutdownReason !== undefined && info.shutdownReason !== 'suspend') return;
  try {
    if (info.shutdownReason === 'suspend') await xen.domainResume(domid, { fast: true });
    await store.resumeDomain(domid);
    await store.rm(suspendingPath(domid));
  } catch (cause) {
    const guest = await whereabouts(host, domain);
    const isSuspended = guest.state === 'suspended here';
    throw new VmToolsError({
      code: 'DOMAIN_RESUME_FAILED',
      message: isSuspended
        ? `${name} is suspended and could not be resumed: ${messageOf(cause)}`
        : `${name} goes on, but xenstored could not be told and will not notice its end: ${messageOf(cause)}`,
      hint: 'nothing of it is lost; vm-save --checkpoint resumes it once the cause is gone',
      cause,
      guest,
    });
  }
}
