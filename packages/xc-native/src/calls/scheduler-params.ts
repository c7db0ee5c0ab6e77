import { StructView } from '../abi/struct-view.ts';
import type { Libxc } from '../libxc.ts';
import type { Credit2Params, CreditParams } from '../xen.ts';

export function getCreditParams(libxc: Libxc, poolId: number): CreditParams {
  const params = new StructView(libxc.layouts.xen_sysctl_credit_schedule);
  libxc.call('xc_sched_credit_params_get', [libxc.xch, poolId, params.bytes]);
  return {
    timesliceMs: params.get('tslice_ms'),
    ratelimitUs: params.get('ratelimit_us'),
    migrationDelayUs: params.get('vcpu_migr_delay_us'),
  };
}

export function setCreditParams(libxc: Libxc, poolId: number, params: CreditParams): void {
  const { bytes } = new StructView(libxc.layouts.xen_sysctl_credit_schedule)
    .set('tslice_ms', params.timesliceMs)
    .set('ratelimit_us', params.ratelimitUs)
    .set('vcpu_migr_delay_us', params.migrationDelayUs);
  libxc.call('xc_sched_credit_params_set', [libxc.xch, poolId, bytes]);
}

export function getCredit2Params(libxc: Libxc, poolId: number): Credit2Params {
  const params = new StructView(libxc.layouts.xen_sysctl_credit2_schedule);
  libxc.call('xc_sched_credit2_params_get', [libxc.xch, poolId, params.bytes]);
  return { ratelimitUs: params.get('ratelimit_us') };
}

export function setCredit2Params(libxc: Libxc, poolId: number, { ratelimitUs }: Credit2Params): void {
  const { bytes } = new StructView(libxc.layouts.xen_sysctl_credit2_schedule).set(
    'ratelimit_us',
    ratelimitUs,
  );
  libxc.call('xc_sched_credit2_params_set', [libxc.xch, poolId, bytes]);
}
