import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';

/**
 * Lets a suspended guest go on where it was: its request to suspend returns "cancelled". A guest that is not
 * suspended stays as it is. xenstored is told as well, or it would not notice when the guest shuts down again.
 *
 * @throws DOMAIN_RESUME_FAILED
 */
export async function resumeGuest(
  { xen, store }: Host,
  { domid, name }: Pick<Domain, 'domid' | 'name'>,
): Promise<void> {
  const info = await xen.domainGetinfo(domid);
  if (info?.shutdownReason !== 'suspend' || info.isDying) return;
  try {
    await xen.domainResume(domid, { fast: true });
    await store.resumeDomain(domid);
  } catch (cause) {
    throw new VmToolsError({
      code: 'DOMAIN_RESUME_FAILED',
      message: `${name} is suspended and could not be resumed: ${messageOf(cause)}`,
      cause,
      guest: { domid, name, state: 'suspended here' },
    });
  }
}
