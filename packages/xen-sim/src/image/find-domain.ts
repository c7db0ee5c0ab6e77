import type { Machine, MachineDomain } from '../machine/index.ts';
import type { CallLog } from './call-log.ts';

/** The first step of xc_domain_save and xc_domain_restore. */
export function findDomain(machine: Machine, domid: number, log: CallLog): MachineDomain {
  const domain = machine.domains.get(domid);
  if (domain !== undefined) return domain;
  // XEN_DOMCTL_getdomaininfo answers with the next domain when there is none of this domid.
  const isLast = Math.max(...machine.domains.keys()) < domid;
  throw isLast
    ? log.perror('Failed to get domain info', 'ESRCH')
    : log.error(`Domain ${domid} does not exist`);
}
