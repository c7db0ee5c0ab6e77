import { describeDomain, type Domain } from '../../domain.ts';
import { asVmToolsError } from '../../guest-error.ts';
import type { Host } from '../../host.ts';

/** All domains of the host, dom0 first. */
export async function listDomains(host: Host): Promise<Domain[]> {
  try {
    const infos = await host.xen.domainGetinfolist();
    return await Promise.all(infos.map((info) => describeDomain(host.store, info)));
  } catch (thrown) {
    throw asVmToolsError(thrown, LOOKING);
  }
}

/** The domains of the host that a user may ask for something: not dom0, and none that ends or is on its way here. */
export async function listGuests(host: Host): Promise<Domain[]> {
  const domains = await listDomains(host);
  return domains.filter(({ domid, state }) => domid !== 0 && state !== 'dying' && state !== 'incoming');
}

/** For failures of a tool that only looks at the host. */
export const LOOKING = {
  doing: 'looking at the domains of this host',
  hint: 'see whether xenstored runs: systemctl status xenstored',
} as const;
