import type { Trigger } from '@vm-tools/xc-native';
import type { DomainState } from '../domain/domain-state.ts';
import { refuse } from '../refuse.ts';

/** XEN_DOMCTL_sendtrigger. A PVH guest has no board whose buttons could be pressed, and Xen says nothing to that. */
export function sendTrigger(domain: DomainState, trigger: Trigger, vcpu: number): void {
  const call = 'xc_domain_send_trigger';
  if (vcpu >= domain.vcpus) throw refuse(call, 'ESRCH', domain.domid);
  if (trigger === 'nmi') domain.program?.nmi?.(vcpu);
  else if (domain.type === 'pv') throw refuse(call, 'EINVAL', domain.domid);
}
