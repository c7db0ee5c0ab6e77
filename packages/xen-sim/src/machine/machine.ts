import { systemClock, type Clock } from '@vm-tools/ratelimit';
import type {
  CpuPlace,
  CpuPolicy,
  CpuPolicyOptions,
  CpuPool,
  CreateDomainSpec,
  Credit2Params,
  CreditParams,
  DomainInfo,
  HostInfo,
  HvmParam,
  SchedulerName,
  ShutdownReason,
  Trigger,
  VcpuAffinity,
  VcpuInfo,
  XenVersion,
} from '@vm-tools/xc-native';
import { makeDom0 } from './domain/dom0.ts';
import { describeDomain } from './domain/domain-info.ts';
import { DomainLife } from './domain/domain-life.ts';
import type { DomainState } from './domain/domain-state.ts';
import { DomainTable } from './domain/domain-table.ts';
import type { MachineDomain } from './domain/machine-domain.ts';
import { hostCpu, isCompatible } from './host-cpu.ts';
import { restrictCpu } from './restrict-cpu.ts';
import { startLogDirty } from './log-dirty.ts';
import { MachineEvents, type MachineListener } from './machine-events.ts';
import type { MachineCalls } from './machine-calls.ts';
import { MemoryAccounts, MOST_PAGES } from './memory-accounts.ts';
import { refuse } from './refuse.ts';
import { checkCpuPolicy, setTscMode } from './settings/arch-settings.ts';
import { CpuPools } from './settings/cpu-pools.ts';
import { allocUnbound } from './settings/event-channels.ts';
import { getHvmParam, setHvmParam } from './settings/hvm-params.ts';
import { setCap } from './settings/scheduler-cap.ts';
import { sendTrigger } from './settings/trigger.ts';
import { affinityOf, setAffinity, vcpuInfo } from './settings/vcpu-affinity.ts';

const PAGES_PER_MIB = 256;
const KIB_PER_PAGE = 4;
const CPU_KHZ = 2_400_000;
/** The capabilities of Debian's Xen on a machine of today: it is built without shadow paging. */
const DEBIAN: HostInfo['capabilities'] = {
  hvm: true,
  pv: true,
  hap: true,
  shadow: false,
  gnttabV1: true,
  gnttabV2: true,
};

/** The first Xen 4 to which the limits of its command line are defaults. */
const GRANTS_WITHOUT_LIMIT = 18;

/** How large a simulated machine is, and what its Xen can do. */
export interface MachineOptions {
  /** @default 16 GiB */
  readonly memoryMib?: number;
  /** what dom0 has of it. @default a sixteenth */
  readonly dom0Mib?: number;
  /** @default 4 */
  readonly cpus?: number;
  /** Into how many NUMA nodes its processors are divided, as evenly as they can be. @default 1 */
  readonly nodes?: number | undefined;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default 4.17.7 */
  readonly version?: XenVersion | undefined;
  /** @default hvm, pv, hap, grant tables 1 and 2, no shadow: Debian's Xen */
  readonly capabilities?: Partial<HostInfo['capabilities']>;
  /** Features that its processors lack: "aesni". @default none of those that a plain one has */
  readonly withoutCpuFeatures?: readonly string[];
  /** Guests may have performance counters: Xen was booted with vpmu. @default false */
  readonly vpmu?: boolean | undefined;
  /** How many domains there can be beside dom0, and the highest domid. @default Xen's 32751 */
  readonly maxDomains?: number;
}

/**
 * A hypervisor: state and rules, and neither promises nor streams. Methods named as in the interface `Xen` do what
 * its methods do, at once; they throw the error of the errno that Xen 4.17 answers with.
 */
export class Machine implements MachineCalls {
  readonly clock: Clock;
  readonly version: XenVersion;
  readonly #cpus: number;
  readonly #nodes: number;
  readonly #capabilities: HostInfo['capabilities'];
  readonly #cpu: CpuPolicy;
  readonly #table: DomainTable;
  readonly #accounts: MemoryAccounts;
  readonly #events = new MachineEvents();
  readonly #life: DomainLife;
  readonly #hasVpmu: boolean;
  readonly #pools: CpuPools;
  #consoleRing: string;

  constructor(options: MachineOptions = {}) {
    const { memoryMib = 16 * 1024, cpus = 4, clock = systemClock } = options;
    this.clock = clock;
    this.version = options.version ?? { major: 4, minor: 17, extra: '.7' };
    this.#cpus = cpus;
    this.#nodes = options.nodes ?? 1;
    const { major, minor, extra } = this.version;
    this.#consoleRing = `(XEN) Xen version ${major}.${minor}${extra} (simulated)\n`;
    this.#capabilities = { ...DEBIAN, ...options.capabilities };
    this.#hasVpmu = options.vpmu ?? false;
    this.#cpu = hostCpu(options.withoutCpuFeatures);
    this.#table = new DomainTable(options.maxDomains);
    this.#accounts = new MemoryAccounts(memoryMib * PAGES_PER_MIB);
    this.#life = new DomainLife(this.#table, this.#accounts, this.#events);
    this.#pools = new CpuPools(cpus, () => this.#table.inOrder());
    const dom0Mib = options.dom0Mib ?? Math.floor(memoryMib / 16);
    const dom0 = { cpus, pages: dom0Mib * PAGES_PER_MIB, cpu: this.#cpu };
    this.#table.add(makeDom0(dom0, this.#accounts, clock));
  }

  /** all there are, dom0 and zombies included */
  get domains(): ReadonlyMap<number, MachineDomain> {
    return this.#table.domains;
  }

  /** Listeners are called as soon as the state has changed. @returns what makes it stop listening */
  onEvent(listener: MachineListener): () => void {
    return this.#events.listen(listener);
  }

  /** @param call what libxc calls it, for the error. @throws ESRCH */
  requireDomain(domid: number, call: string): MachineDomain {
    return this.#table.require(domid, call);
  }

  physinfo(): HostInfo {
    const { totalPages, freePages, outstandingPages } = this.#accounts;
    const capabilities = { ...this.#capabilities };
    const pages = { totalPages, freePages, scrubPages: 0, outstandingPages };
    return { ...pages, onlineCpus: this.#cpus, cpuKhz: CPU_KHZ, capabilities };
  }

  domainGetinfo(domid: number): DomainInfo | undefined {
    const domain = this.#table.domains.get(domid);
    return domain && describeDomain(domain);
  }

  domainGetinfolist(): readonly DomainInfo[] {
    return this.#table.inOrder().map(describeDomain);
  }

  domainCreate(spec: CreateDomainSpec): number {
    const limitsGrants = this.version.minor < GRANTS_WITHOUT_LIMIT;
    const capabilities = { ...this.#capabilities, vpmu: this.#hasVpmu, limitsGrants };
    return this.#life.create(spec, { capabilities, cpu: this.#cpu }, this.clock);
  }

  domainMaxVcpus(domid: number, maxVcpus: number): void {
    this.#life.makeVcpus(this.#find(domid, 'xc_domain_max_vcpus'), maxVcpus);
  }

  /** May well be less than the domain has: it then gets no more, but loses none. */
  domainSetmaxmem(domid: number, kib: number): void {
    const pages = Math.floor(kib / KIB_PER_PAGE);
    this.#find(domid, 'xc_domain_setmaxmem').maxPages = Math.min(pages, MOST_PAGES);
  }

  domainSetMemmapLimit(domid: number, kib: number): void {
    this.#find(domid, 'xc_domain_set_memmap_limit').memmapLimitKib = kib;
  }

  domainSetTscInfo(domid: number, mode: number): void {
    setTscMode(this.#find(domid, 'xc_domain_set_tsc_info'), mode);
  }

  domainSetTimeOffset(domid: number, seconds: number): void {
    this.#find(domid, 'xc_domain_set_time_offset').timeOffsetSeconds = seconds;
  }

  setPagingMempoolSize(domid: number, bytes: number): void {
    this.#accounts.setPagingPool(this.#find(domid, 'xc_set_paging_mempool_size'), bytes);
  }

  hvmParamSet(domid: number, param: HvmParam, value: bigint): void {
    setHvmParam(this.version, this.#find(domid, 'xc_hvm_param_set'), param, value);
  }

  hvmParamGet(domid: number, param: HvmParam): bigint {
    return getHvmParam(this.#find(domid, 'xc_hvm_param_get'), param);
  }

  cpuidApplyPolicy(domid: number, options: CpuPolicyOptions): void {
    const domain = this.#find(domid, 'xc_cpuid_apply_policy');
    checkCpuPolicy(domain);
    const { invariantTsc = false, nestedVirt = false } = options;
    domain.told = { invariantTsc, nestedVirt };
    domain.cpu = restrictCpu(this.#cpu, options);
  }

  cpuPolicyGetSystem(): CpuPolicy {
    return this.#cpu;
  }

  /** Of a host whose processors have nothing that guests are not told of. */
  cpuPolicyGetDefault(): CpuPolicy {
    return this.#cpu;
  }

  cpuPolicyIsCompatible(_type: 'pv' | 'pvh', guest: CpuPolicy): boolean {
    return isCompatible(this.#cpu, guest);
  }

  evtchnAllocUnbound(domid: number, remoteDomid: number): number {
    return allocUnbound(this.#find(domid, 'xc_evtchn_alloc_unbound'), remoteDomid);
  }

  domainPause(domid: number): void {
    this.#life.pause(this.#find(domid, 'xc_domain_pause'));
  }

  domainUnpause(domid: number): void {
    this.#life.unpause(this.#find(domid, 'xc_domain_unpause'));
  }

  /** Of dom0, Xen would power the machine off; there is none to power off. @throws EPERM then */
  domainShutdown(domid: number, reason: ShutdownReason): void {
    const domain = this.#find(domid, 'xc_domain_shutdown');
    if (domid === 0) throw refuse('xc_domain_shutdown', 'EPERM', domid);
    this.#life.shutDown(domain, reason);
  }

  domainResume(domid: number, options: { readonly fast: boolean }): void {
    this.#life.resume(this.#find(domid, 'xc_domain_resume'), options);
  }

  domainGetCap(domid: number): number {
    return this.#find(domid, 'xc_sched_credit2_domain_get').capPercent;
  }

  domainSetCap(domid: number, percent: number): void {
    setCap(this.#find(domid, 'xc_sched_credit2_domain_set'), percent);
  }

  domainGetWeight(domid: number): number {
    return this.#find(domid, 'xc_sched_credit2_domain_get').weight;
  }

  /** As credit2 does: 0 changes nothing. */
  domainSetWeight(domid: number, weight: number): void {
    const domain = this.#find(domid, 'xc_sched_credit2_domain_set');
    if (weight !== 0) domain.weight = weight;
  }

  schedId(): SchedulerName {
    return 'credit2';
  }

  schedCreditParamsGet(poolId: number): CreditParams {
    return this.#pools.creditParams(poolId);
  }

  schedCreditParamsSet(poolId: number, params: CreditParams): void {
    this.#pools.setCreditParams(poolId, params);
  }

  schedCredit2ParamsGet(poolId: number): Credit2Params {
    return this.#pools.credit2Params(poolId);
  }

  schedCredit2ParamsSet(poolId: number, params: Credit2Params): void {
    this.#pools.setCredit2Params(poolId, params);
  }

  cputopoinfo(): readonly CpuPlace[] {
    return [...Array(this.#cpus).keys()].map((cpu) => ({
      cpu,
      node: Math.floor((cpu * this.#nodes) / this.#cpus),
    }));
  }

  vcpuGetinfo(domid: number, vcpu: number): VcpuInfo {
    return vcpuInfo(this.#find(domid, 'xc_vcpu_getinfo'), vcpu, this.#cpus);
  }

  vcpuGetaffinity(domid: number, vcpu: number): VcpuAffinity {
    return affinityOf(this.#find(domid, 'xc_vcpu_getaffinity'), vcpu, this.#cpus);
  }

  vcpuSetaffinity(domid: number, vcpu: number, affinity: Partial<VcpuAffinity>): void {
    setAffinity(this.#find(domid, 'xc_vcpu_setaffinity'), vcpu, affinity, this.#cpus);
  }

  domainSendTrigger(domid: number, trigger: Trigger, vcpu: number): void {
    sendTrigger(this.#find(domid, 'xc_domain_send_trigger'), trigger, vcpu);
  }

  cpupoolList(): readonly CpuPool[] {
    return this.#pools.list();
  }

  cpupoolFreeinfo(): readonly number[] {
    return this.#pools.freeCpus();
  }

  cpupoolCreate(scheduler: SchedulerName): number {
    return this.#pools.create(scheduler);
  }

  cpupoolDestroy(poolId: number): void {
    this.#pools.destroy(poolId);
  }

  cpupoolAddcpu(poolId: number, cpu: number): void {
    this.#pools.addCpu(poolId, cpu);
  }

  cpupoolRemovecpu(poolId: number, cpu: number): void {
    this.#pools.removeCpu(poolId, cpu);
  }

  cpupoolMovedomain(poolId: number, domid: number): void {
    this.#pools.moveDomain(poolId, this.#find(domid, 'xc_cpupool_movedomain'));
  }

  /** A key that Xen does not know is as good as one that it knows. */
  sendDebugKeys(keys: string): void {
    for (const key of keys) this.#consoleRing += `(XEN) '${key}' pressed\n`;
  }

  /** Nothing is populated on demand here. */
  domainSetPodTarget(domid: number): void {
    this.#find(domid, 'xc_domain_set_pod_target');
  }

  readconsolering({ clear }: { readonly clear: boolean }): string {
    const text = this.#consoleRing;
    if (clear) this.#consoleRing = '';
    return text;
  }

  /** Takes the memory of a domain, and the domain away; see `holdPages` for zombies. */
  destroyDomain(domid: number): void {
    this.#life.destroy(this.#find(domid, 'xc_domain_destroy'));
  }

  /**
   * A backend or a daemon maps a page of it: when the domain dies it stays as a zombie with one page.
   *
   * @returns a function that unmaps it; a zombie whose pages are all unmapped is gone
   */
  holdPages(domid: number): () => void {
    return this.#life.hold(this.#find(domid, 'xenforeignmemory_map'));
  }

  /** @param pages what the domain is to have in all; 0 ends the claim. @throws ENOMEM, EINVAL */
  domainClaimPages(domid: number, pages: number): void {
    const domain = this.#table.domains.get(domid);
    if (domain === undefined) throw refuse('xc_domain_claim_pages', 'EINVAL', domid);
    this.#accounts.claim(domain, pages);
  }

  /** Gives it zeroed pages. @throws ENOMEM above its maximum, when the host has no more, or its paging pool */
  populate(domid: number, startGfn: number, count: number): void {
    this.#accounts.populate(this.#find(domid, 'xc_domain_populate_physmap'), startGfn, count);
  }

  /** Takes pages that the guest gives back. */
  depopulate(domid: number, startGfn: number, count: number): void {
    this.#accounts.depopulate(this.#find(domid, 'xc_domain_decrease_reservation'), startGfn, count);
  }

  /** Memory and the first vCPU's registers are there: the domain can run. @throws EINVAL without vCPUs */
  markBuilt(domid: number): void {
    this.#life.build(this.#find(domid, 'xc_vcpu_setcontext'));
  }

  /** From now on its memory knows which pages are written. @throws EOPNOTSUPP for PV on a machine without shadow */
  startLogDirty(domid: number): void {
    const domain = this.#find(domid, 'xc_logdirty_control');
    if (startLogDirty(domain, this.#capabilities.shadow)) this.#events.emit('log-dirty', domid);
  }

  domainLogDirtyOff(domid: number): void {
    this.#find(domid, 'xc_shadow_control').memory.stopLogDirty();
  }

  /** The guest's own SCHEDOP_shutdown. */
  guestShutdown(domid: number, reason: ShutdownReason): void {
    this.domainShutdown(domid, reason);
  }

  #find(domid: number, call: string): DomainState {
    return this.#table.require(domid, call);
  }
}
