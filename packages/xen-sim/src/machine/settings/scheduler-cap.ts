import type { DomainState } from '../domain/domain-state.ts';
import { refuse } from '../refuse.ts';

/**
 * Caps a domain as credit2 does: the domain gets no more than this part of one processor. Domains take no time from
 * each other here, so the cap is all that slows one down. Until now it has run at its old pace.
 */
export function setCap(domain: DomainState, percent: number): void {
  if (percent > 100 * domain.vcpus) throw refuse('xc_sched_credit2_domain_set', 'EINVAL', domain.domid);
  domain.catchUp();
  domain.settle();
  domain.capPercent = percent;
  domain.program?.paceChanged?.();
}
