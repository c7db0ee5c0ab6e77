import type { DomainState } from './domain/domain-state.ts';
import { refuse } from './refuse.ts';

const CALL = 'xc_logdirty_control';

/**
 * XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY. Xen notices writes by taking write access from the guest's page tables, which
 * for PV only its shadow paging code can.
 *
 * @returns whether it was switched on: paging operations on dying domains are ignored without a word
 * @throws EOPNOTSUPP for PV without shadow; EINVAL when it is on already, without vCPUs, for dom0
 */
export function startLogDirty(domain: DomainState, hasShadow: boolean): boolean {
  const { domid, memory } = domain;
  if (domid === 0) throw refuse(CALL, 'EINVAL', domid);
  if (domain.isDying) return false;
  if (domain.vcpus === 0 || memory.isLogDirty) throw refuse(CALL, 'EINVAL', domid);
  if (domain.type === 'pv' && !hasShadow) throw refuse(CALL, 'EOPNOTSUPP', domid);
  domain.catchUp(); // what it has written until now is not dirty
  memory.startLogDirty();
  return true;
}
