/* eslint-disable @typescript-eslint/require-await -- async is what makes a rejection of what a call throws */
import {
  applyCpuPolicy,
  defaultCpuPolicy,
  domainCpuPolicy,
  isCpuPolicyCompatible,
  systemCpuPolicy,
} from './calls/cpu-policy.ts';
import { readCpuPlaces } from './calls/cpu-places.ts';
import { createCpuPool, readCpuPools, readFreeCpus } from './calls/cpu-pools.ts';
import { createDomain } from './calls/create-domain.ts';
import { readDomainInfo, readDomainInfoList } from './calls/domain-info.ts';
import { readHostInfo } from './calls/host-info.ts';
import { readConsoleRing } from './calls/console-ring.ts';
import { getCap, getWeight, readScheduler, setCap, setWeight } from './calls/scheduler-cap.ts';
import {
  getCredit2Params,
  getCreditParams,
  setCredit2Params,
  setCreditParams,
} from './calls/scheduler-params.ts';
import { getAffinity, readVcpuInfo, setAffinity } from './calls/vcpus.ts';
import { buildDomain, destroyDomain, dumpDomain, restoreDomain, saveDomain } from './long-calls.ts';
import type { HelperHost } from './long-calls.ts';
import type { Libxc } from './libxc.ts';
import { HVM_PARAM, SHUTDOWN_REASONS, TRIGGERS } from './xen.ts';
import type * as Types from './xen.ts';

/** XEN_DOMCTL_SHADOW_OP_OFF */
const SHADOW_OP_OFF = 0;

/**
 * The interface `Xen` by calls of libxenctrl. Short hypercalls take microseconds and are made here and now, on the
 * main thread: anything cleverer costs more than they do. What may take long goes to a helper process.
 */
export class NativeXen implements Types.Xen {
  readonly version: Types.XenVersion;
  readonly #libxc: Libxc;
  readonly #host: HelperHost;

  constructor(libxc: Libxc, version: Types.XenVersion, host: HelperHost) {
    this.#libxc = libxc;
    this.version = version;
    this.#host = host;
  }

  async physinfo(): Promise<Types.HostInfo> {
    return readHostInfo(this.#libxc);
  }

  async domainGetinfo(domid: number): Promise<Types.DomainInfo | undefined> {
    return readDomainInfo(this.#libxc, domid);
  }

  async domainGetinfolist(): Promise<readonly Types.DomainInfo[]> {
    return readDomainInfoList(this.#libxc);
  }

  async domainCreate(spec: Types.CreateDomainSpec): Promise<number> {
    return createDomain(this.#libxc, spec, readHostInfo(this.#libxc));
  }

  async domainMaxVcpus(domid: number, maxVcpus: number): Promise<void> {
    this.#libxc.callOn('xc_domain_max_vcpus', domid, maxVcpus);
  }

  async domainSetmaxmem(domid: number, kib: number): Promise<void> {
    this.#libxc.callOn('xc_domain_setmaxmem', domid, kib);
  }

  async domainSetMemmapLimit(domid: number, kib: number): Promise<void> {
    this.#libxc.callOn('xc_domain_set_memmap_limit', domid, kib);
  }

  async domainSetTscInfo(domid: number, mode: number): Promise<void> {
    const [elapsedNs, khz, incarnation] = [0, 0, 0]; // Xen fills them in
    this.#libxc.callOn('xc_domain_set_tsc_info', domid, mode, elapsedNs, khz, incarnation);
  }

  async domainSetTimeOffset(domid: number, seconds: number): Promise<void> {
    this.#libxc.callOn('xc_domain_set_time_offset', domid, seconds);
  }

  async setPagingMempoolSize(domid: number, bytes: number): Promise<void> {
    this.#libxc.callOn('xc_set_paging_mempool_size', domid, bytes);
  }

  async hvmParamSet(domid: number, param: Types.HvmParam, value: bigint): Promise<void> {
    // 0 is off, which is what a new domain has: there is nothing to set, and such a Xen answers EEXIST.
    const isOff = param === HVM_PARAM.ALTP2M && value === 0n;
    if (isOff && this.#libxc.quirks.altp2m === 'creation') return;
    this.#libxc.callOn('xc_hvm_param_set', domid, param, value);
  }

  async hvmParamGet(domid: number, param: Types.HvmParam): Promise<bigint> {
    const value = Buffer.alloc(8);
    this.#libxc.callOn('xc_hvm_param_get', domid, param, value);
    return value.readBigUInt64LE();
  }

  async cpuidApplyPolicy(domid: number, options: Types.CpuPolicyOptions): Promise<void> {
    applyCpuPolicy(this.#libxc, domid, options);
  }

  async cpuPolicyGetDomain(domid: number): Promise<Types.CpuPolicy> {
    return domainCpuPolicy(this.#libxc, domid);
  }

  async cpuPolicyGetSystem(type: 'pv' | 'pvh'): Promise<Types.CpuPolicy> {
    return systemCpuPolicy(this.#libxc, type);
  }

  async cpuPolicyGetDefault(type: 'pv' | 'pvh'): Promise<Types.CpuPolicy> {
    return defaultCpuPolicy(this.#libxc, type);
  }

  async cpuPolicyIsCompatible(type: 'pv' | 'pvh', guest: Types.CpuPolicy): Promise<boolean> {
    return isCpuPolicyCompatible(this.#libxc, type, guest);
  }

  async domainClaimPages(domid: number, pages: number): Promise<void> {
    this.#libxc.callOn('xc_domain_claim_pages', domid, pages);
  }

  async evtchnAllocUnbound(domid: number, remoteDomid: number): Promise<number> {
    return this.#libxc.callOn('xc_evtchn_alloc_unbound', domid, remoteDomid);
  }

  async domainPause(domid: number): Promise<void> {
    this.#libxc.callOn('xc_domain_pause', domid);
  }

  async domainUnpause(domid: number): Promise<void> {
    this.#libxc.callOn('xc_domain_unpause', domid);
  }

  async domainShutdown(domid: number, reason: Types.ShutdownReason): Promise<void> {
    this.#libxc.callOn('xc_domain_shutdown', domid, SHUTDOWN_REASONS.indexOf(reason));
  }

  async domainResume(domid: number, { fast }: { readonly fast: boolean }): Promise<void> {
    this.#libxc.callOn('xc_domain_resume', domid, fast ? 1 : 0);
  }

  async domainLogDirtyOff(domid: number): Promise<void> {
    this.#libxc.callOn('xc_shadow_control', domid, SHADOW_OP_OFF, null, 0);
  }

  async domainGetCap(domid: number): Promise<number> {
    return getCap(this.#libxc, domid);
  }

  async domainSetCap(domid: number, percent: number): Promise<void> {
    setCap(this.#libxc, domid, percent);
  }

  async domainGetWeight(domid: number): Promise<number> {
    return getWeight(this.#libxc, domid);
  }

  async domainSetWeight(domid: number, weight: number): Promise<void> {
    setWeight(this.#libxc, domid, weight);
  }

  async schedId(): Promise<Types.SchedulerName> {
    return readScheduler(this.#libxc);
  }

  async schedCreditParamsGet(poolId: number): Promise<Types.CreditParams> {
    return getCreditParams(this.#libxc, poolId);
  }

  async schedCreditParamsSet(poolId: number, params: Types.CreditParams): Promise<void> {
    setCreditParams(this.#libxc, poolId, params);
  }

  async schedCredit2ParamsGet(poolId: number): Promise<Types.Credit2Params> {
    return getCredit2Params(this.#libxc, poolId);
  }

  async schedCredit2ParamsSet(poolId: number, params: Types.Credit2Params): Promise<void> {
    setCredit2Params(this.#libxc, poolId, params);
  }

  async cputopoinfo(): Promise<readonly Types.CpuPlace[]> {
    return readCpuPlaces(this.#libxc);
  }

  async vcpuGetinfo(domid: number, vcpu: number): Promise<Types.VcpuInfo> {
    return readVcpuInfo(this.#libxc, domid, vcpu);
  }

  async vcpuGetaffinity(domid: number, vcpu: number): Promise<Types.VcpuAffinity> {
    return getAffinity(this.#libxc, domid, vcpu);
  }

  async vcpuSetaffinity(domid: number, vcpu: number, affinity: Partial<Types.VcpuAffinity>): Promise<void> {
    setAffinity(this.#libxc, domid, vcpu, affinity);
  }

  async domainSendTrigger(domid: number, trigger: Types.Trigger, vcpu: number): Promise<void> {
    this.#libxc.callOn('xc_domain_send_trigger', domid, TRIGGERS[trigger], vcpu);
  }

  async cpupoolList(): Promise<readonly Types.CpuPool[]> {
    return readCpuPools(this.#libxc);
  }

  async cpupoolFreeinfo(): Promise<readonly number[]> {
    return readFreeCpus(this.#libxc);
  }

  async cpupoolCreate(scheduler: Types.SchedulerName): Promise<number> {
    return createCpuPool(this.#libxc, scheduler);
  }

  async cpupoolDestroy(poolId: number): Promise<void> {
    this.#libxc.call('xc_cpupool_destroy', [this.#libxc.xch, poolId]);
  }

  async cpupoolAddcpu(poolId: number, cpu: number): Promise<void> {
    this.#libxc.call('xc_cpupool_addcpu', [this.#libxc.xch, poolId, cpu]);
  }

  async cpupoolRemovecpu(poolId: number, cpu: number): Promise<void> {
    this.#libxc.call('xc_cpupool_removecpu', [this.#libxc.xch, poolId, cpu]);
  }

  async cpupoolMovedomain(poolId: number, domid: number): Promise<void> {
    this.#libxc.call('xc_cpupool_movedomain', [this.#libxc.xch, poolId, domid], domid);
  }

  async sendDebugKeys(keys: string): Promise<void> {
    this.#libxc.call('xc_send_debug_keys', [this.#libxc.xch, keys]);
  }

  async domainSetPodTarget(domid: number, pages: number): Promise<void> {
    this.#libxc.callOn('xc_domain_set_pod_target', domid, pages, null, null, null);
  }

  async readconsolering({ clear }: { readonly clear: boolean }): Promise<string> {
    return readConsoleRing(this.#libxc, clear);
  }

  async domainDestroy(domid: number, options: Types.LongCallOptions = {}): Promise<void> {
    await destroyDomain(this.#host, domid, options);
  }

  async domainBuild(
    domid: number,
    spec: Types.BuildSpec,
    options: Types.LongCallOptions = {},
  ): Promise<Types.RingFrames> {
    return buildDomain(this.#host, domid, spec, options);
  }

  domainSave(domid: number, spec: Types.SaveSpec, options: Types.LongCallOptions = {}): Types.SaveCall {
    return saveDomain(this.#host, domid, spec, options);
  }

  domainDumpcore(domid: number, options: Types.LongCallOptions = {}): Types.DumpCall {
    return dumpDomain(this.#host, domid, options);
  }

  domainRestore(
    domid: number,
    spec: Types.RestoreSpec,
    options: Types.LongCallOptions = {},
  ): Types.RestoreCall {
    return restoreDomain(this.#host, domid, spec, options);
  }

  async close(): Promise<void> {
    this.#libxc.close();
    await this.#host.helpers.close();
  }
}
