import type { DomainState } from '../domain/domain-state.ts';
import { refuse } from '../refuse.ts';

/** TSC_MODE_NEVER_EMULATE */
export const LAST_TSC_MODE = 2;

/** XEN_DOMCTL_settscinfo */
export function setTscMode(domain: DomainState, mode: number): void {
  const isMode = Number.isInteger(mode) && mode >= 0 && mode <= LAST_TSC_MODE;
  if (domain.domid === 0 || !isMode) throw refuse('xc_domain_set_tsc_info', 'EINVAL', domain.domid);
  domain.tscMode = mode;
}

/** XEN_DOMCTL_set_cpu_policy: no domain may get another processor once it has run. */
export function checkCpuPolicy({ domid, isCreated }: DomainState): void {
  const call = 'xc_cpuid_apply_policy';
  const why = `Failed to set d${domid}'s policy (err leaf 0xffffffff, subleaf 0xffffffff, msr 0xffffffff)`;
  if (domid === 0)
    throw refuse(call, 'EINVAL', domid, [`error: ${why} (22 = Invalid argument): Internal error`]);
  if (isCreated) throw refuse(call, 'EEXIST', domid, [`error: ${why} (17 = File exists): Internal error`]);
}
