import type { HvmParam, XenVersion } from '@vm-tools/xc-native';
import type { DomainState } from '../domain/domain-state.ts';
import { refuse } from '../refuse.ts';

// By number: a simulated host loads nothing of xc-native but its errors.
const TIMER_MODE: HvmParam = 10;
const ALTP2M: HvmParam = 35;
/** HVMPTM_one_missed_tick_pending */
const LAST_TIMER_MODE = 3n;
/** XEN_ALTP2M_limited */
const LAST_ALTP2M_MODE = 3n;
/** HVM_NR_PARAMS of 4.17 */
export const HVM_PARAMS = 39;

/** The first that takes the mode of altp2m when a domain is created, and not as a param. */
const ALTP2M_AT_CREATION = 19;

/** HVMOP_set_param: PV domains have none, and of those that toolstacks set, two have rules. */
export function setHvmParam(xen: XenVersion, domain: DomainState, param: HvmParam, value: bigint): void {
  const call = 'xc_hvm_param_set';
  requireParam(domain, param, call);
  if (param === ALTP2M && xen.minor >= ALTP2M_AT_CREATION) {
    if (value === 0n) return; // the binding does not ask Xen, which would refuse that, too
    throw refuse(call, 'EEXIST', domain.domid);
  }
  const before = domain.hvmParams.get(param) ?? 0n;
  if (param === ALTP2M && before !== 0n && before !== value) throw refuse(call, 'EEXIST', domain.domid);
  const isOutOfRange =
    (param === TIMER_MODE && value > LAST_TIMER_MODE) || (param === ALTP2M && value > LAST_ALTP2M_MODE);
  if (isOutOfRange) throw refuse(call, 'EINVAL', domain.domid);
  domain.hvmParams.set(param, BigInt.asUintN(64, value));
}

/** HVMOP_get_param: 0 for one that was never set. */
export function getHvmParam(domain: DomainState, param: HvmParam): bigint {
  requireParam(domain, param, 'xc_hvm_param_get');
  return domain.hvmParams.get(param) ?? 0n;
}

function requireParam({ domid, type }: DomainState, param: number, call: string): void {
  const isParam = Number.isInteger(param) && param >= 0 && param < HVM_PARAMS;
  if (type === 'pv' || !isParam) throw refuse(call, 'EINVAL', domid);
}
