import type { Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import { requireAwake } from '../guest/requirements.ts';
import { holdDomain, type HoldOptions } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import { refuseDom0 } from './not-dom0.ts';

/**
 * Stops the vCPUs of a domain. Xen counts pauses; ours does not pile up: a paused domain stays as it is.
 *
 * @throws DOMAIN_NOT_RUNNING, DOMAIN_SUSPENDED: it stands still already; DOMAIN_UNKNOWN; and as `holdDomain`
 */
export async function pauseDomain(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  options: HoldOptions = {},
): Promise<void> {
  refuseDom0(domain, 'paused');
  try {
    await using _held = await holdDomain(host, domain, options);
    const info = await requireAwake(host, domain);
    if (!info.isPaused) await host.xen.domainPause(domain.domid);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `pausing ${domain.name}`,
      hint: 'pause it again',
    });
  }
}
