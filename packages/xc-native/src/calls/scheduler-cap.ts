import { VmToolsError } from '@vm-tools/errors';
import { StructView } from '../abi/struct-view.ts';
import type { Libxc } from '../libxc.ts';
import { SCHEDULERS, type SchedulerName } from '../xen.ts';
import { readCpuPool } from './cpu-pools.ts';
import { readDomainInfo } from './domain-info.ts';

export function readScheduler(libxc: Libxc): SchedulerName {
  const id = Buffer.alloc(4);
  libxc.call('xc_sched_id', [libxc.xch, id]);
  return SCHEDULERS[id.readInt32LE()] ?? 'unknown';
}

/** A pool of processors has a scheduler of its own; that of the first one is the host's. */
function schedulerOf(libxc: Libxc, domid: number): SchedulerName {
  const pool = readDomainInfo(libxc, domid)?.cpupool ?? 0;
  return (pool === 0 ? undefined : readCpuPool(libxc, pool)?.scheduler) ?? readScheduler(libxc);
}

/** The two schedulers of Xen that know a weight and a cap have a struct and two calls of their own each. */
function callsFor(libxc: Libxc, domid: number) {
  const { xen_domctl_sched_credit, xen_domctl_sched_credit2 } = libxc.layouts;
  switch (schedulerOf(libxc, domid)) {
    case 'credit':
      return {
        params: new StructView(xen_domctl_sched_credit),
        get: 'xc_sched_credit_domain_get',
        set: 'xc_sched_credit_domain_set',
      } as const;
    case 'credit2':
      return {
        params: new StructView(xen_domctl_sched_credit2),
        get: 'xc_sched_credit2_domain_get',
        set: 'xc_sched_credit2_domain_set',
      } as const;
    default:
      throw new VmToolsError({
        code: 'XEN_NO_CAP',
        kind: 'usage',
        message: `the scheduler of domain ${domid} knows neither weight nor cap`,
        hint: 'boot Xen with sched=credit2 or sched=credit, or move it into a cpupool with one of these',
      });
  }
}

export function getCap(libxc: Libxc, domid: number): number {
  return readParams(libxc, domid).params.get('cap');
}

export function getWeight(libxc: Libxc, domid: number): number {
  return readParams(libxc, domid).params.get('weight');
}

export function setCap(libxc: Libxc, domid: number, percent: number): void {
  const { params, set } = readParams(libxc, domid);
  libxc.callOn(set, domid, params.set('cap', percent).bytes);
}

export function setWeight(libxc: Libxc, domid: number, weight: number): void {
  const { params, set } = readParams(libxc, domid);
  libxc.callOn(set, domid, params.set('weight', weight).bytes);
}

/** Both are set together, as a whole struct, so what is not to change is read first. */
function readParams(libxc: Libxc, domid: number): ReturnType<typeof callsFor> {
  const calls = callsFor(libxc, domid);
  libxc.callOn(calls.get, domid, calls.params.bytes);
  return calls;
}
