/**
 * The interface `Xen`: all that libdomain knows of a hypervisor. `openXen` of this package answers it with real
 * libxenctrl and libxenguest calls; a simulator can answer it too. Methods are named after the libxc calls.
 * Every method rejects with a `VmToolsError` that carries `details.call`, `details.errno` and libxc's log lines.
 */
import type { Readable, Writable } from 'node:stream';

/** Which Xen runs here. */
export interface XenVersion {
  readonly major: number;
  readonly minor: number;
  /** e.g. ".7" or ".8-rc1": what Xen says behind major.minor */
  readonly extra: string;
}

/** xc_physinfo; pages are of 4 KiB. */
export interface HostInfo {
  readonly totalPages: number;
  readonly freePages: number;
  readonly scrubPages: number;
  /** claimed by domains being built, not yet allocated */
  readonly outstandingPages: number;
  readonly onlineCpus: number;
  readonly cpuKhz: number;
  readonly capabilities: {
    readonly hvm: boolean;
    readonly pv: boolean;
    readonly hap: boolean;
    /** Xen was built with shadow paging: without it a PV domain has no log-dirty and cannot be saved live. */
    readonly shadow: boolean;
    readonly gnttabV1: boolean;
    readonly gnttabV2: boolean;
  };
}

/** SHUTDOWN_* (xen/include/public/sched.h), by number. */
export const SHUTDOWN_REASONS = ['poweroff', 'reboot', 'suspend', 'crash', 'watchdog', 'soft-reset'] as const;

/** Why a domain has stopped, as its guest or Xen says. */
export type ShutdownReason = (typeof SHUTDOWN_REASONS)[number];

/** xc_domaininfo_t, decoded. */
export interface DomainInfo {
  readonly domid: number;
  /** canonical text form, lower case */
  readonly uuid: string;
  readonly isHvmContainer: boolean;
  readonly isDying: boolean;
  readonly isPaused: boolean;
  readonly isBlocked: boolean;
  readonly isRunning: boolean;
  /** undefined unless the domain has shut down */
  readonly shutdownReason: ShutdownReason | undefined;
  readonly totPages: number;
  readonly maxPages: number;
  readonly outstandingPages: number;
  readonly pagedPages: number;
  readonly onlineVcpus: number;
  readonly maxVcpuId: number;
  readonly cpuTimeNs: bigint;
  /** the pool of processors in which it runs */
  readonly cpupool: number;
}

/** xc_vcpuinfo_t, decoded: one virtual processor. */
export interface VcpuInfo {
  readonly isOnline: boolean;
  readonly isBlocked: boolean;
  readonly isRunning: boolean;
  readonly cpuTimeNs: bigint;
  /** the processor of the host on which it runs, or ran last */
  readonly cpu: number;
}

/** The processors of the host for one vCPU, by ascending numbers. */
export interface VcpuAffinity {
  /** those on which it may run */
  readonly hard: readonly number[];
  /** those on which it runs rather than on others */
  readonly soft: readonly number[];
}

/** XEN_SCHEDULER_* (xen/include/public/domctl.h), by number; those without a name are no longer used. */
export const SCHEDULERS = [
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  'sedf',
  'credit',
  'credit2',
  'arinc653',
  'rtds',
  'null',
] as const;

/** How Xen shares processor time out. */
export type SchedulerName = (typeof SCHEDULERS)[number];

/** xc_cpupoolinfo_t, decoded: processors of the host that domains of their own have, with a scheduler of their own. */
export interface CpuPool {
  /** 0 is the one that every host has */
  readonly id: number;
  readonly scheduler: SchedulerName;
  /** how many domains run in it */
  readonly domains: number;
  /** by ascending numbers */
  readonly cpus: readonly number[];
}

/** struct xen_sysctl_credit2_schedule, decoded: what holds for all domains of a pool with that scheduler. */
export interface Credit2Params {
  /** how long a vCPU runs at least before one that wakes up takes its place; 0: it is not protected */
  readonly ratelimitUs: number;
}

/** struct xen_sysctl_credit_schedule, decoded. */
export interface CreditParams extends Credit2Params {
  /** how long a vCPU runs before another one has its turn */
  readonly timesliceMs: number;
  /** how long it is taken to have its data in the cache of the processor that it ran on */
  readonly migrationDelayUs: number;
}

/** xc_cputopo_t, decoded: where a processor of the host is. */
export interface CpuPlace {
  readonly cpu: number;
  /** the NUMA node: the memory that is near it */
  readonly node: number;
}

/** XEN_DOMCTL_SENDTRIGGER_* (xen/include/public/domctl.h), by number, without those that Xen takes for none. */
export const TRIGGERS = { nmi: 0, power: 3, sleep: 4 } as const;

/** What a board can do to a processor, or a hand to a board. */
export type Trigger = keyof typeof TRIGGERS;

/** A domain as Xen makes it: empty, paused, and with no memory. */
export interface CreateDomainSpec {
  readonly uuid: string;
  readonly type: 'pv' | 'pvh';
  readonly maxVcpus: number;
  /** hardware assisted paging; PVH only. @default HostInfo.capabilities.hap */
  readonly hap?: boolean;
  /** @default 1023 */
  readonly maxEvtchnPort?: number;
  /** 1 or 2. @default the highest that the host can */
  readonly grantVersion?: 1 | 2;
  /** how large its grant table may get, in pages. @default as large as Xen allows any */
  readonly maxGrantFrames?: number;
  /** how many pages may tell which pages of others it has mapped. @default as many as Xen allows any */
  readonly maxMaptrackFrames?: number;
  /** The guest may be a hypervisor itself: PVH with hardware assisted paging only. @default false */
  readonly nestedVirt?: boolean;
  /** The guest has performance counters. Rejects with EINVAL where Xen was booted without vpmu. @default false */
  readonly vpmu?: boolean;
  /** Model specific registers that Xen does not know read as 0 instead of a fault. @default false */
  readonly msrRelaxed?: boolean;
}

/** What a new guest is told of the processor beyond the default of its host. */
export interface CpuPolicyOptions {
  /** for the image of a Xen without CPU policies in its stream */
  readonly restore: boolean;
  /** that the time stamp counter runs at one rate for good. @default false */
  readonly invariantTsc?: boolean;
  /** that it can be a hypervisor; PVH only. @default false */
  readonly nestedVirt?: boolean;
  /**
   * The features that it may have at most, by the names of Xen's header in lower case; the two above come on top. It
   * gets those of them that this host can give, without any that need one which is missing: what it has then is told
   * by `cpuPolicyGetDomain`. @default those of the host's default policy
   */
  readonly features?: readonly string[];
  /** How far the leaves of CPUID may reach at most. @default as far as those of the host */
  readonly leaves?: CpuLeaves;
}

/** How many leaves CPUID has. Xen takes no policy with more than its host has, whatever is in them. */
export interface CpuLeaves {
  /** the highest basic leaf: 13 */
  readonly basic: number;
  /** the highest part of leaf 7, which has features alone */
  readonly features: number;
  /** the highest extended leaf, counted from 0x80000000: 8 */
  readonly extended: number;
}

/** The features of a processor, as a guest sees it: entries as a libxc stream holds them. */
export interface CpuPolicy {
  /** xen_cpuid_leaf_t, 24 bytes each: what CPUID answers */
  readonly cpuid: Uint8Array;
  /** xen_msr_entry_t, 16 bytes each: the model specific registers that say what the processor can */
  readonly msrs: Uint8Array;
}

/** The types of e820 entries, as the BIOS call of old numbered them. */
export const E820_TYPES = { ram: 1, reserved: 2, acpi: 3, nvs: 4, unusable: 5 } as const;

/** One entry of the physical memory map of a guest. */
export interface E820Entry {
  /** guest physical address, bytes */
  readonly address: number;
  /** bytes */
  readonly size: number;
  readonly type: keyof typeof E820_TYPES;
}

/** Bytes that the domain builder copies to a fixed guest physical address (ACPI tables of a PVH guest). */
export interface GuestBlob {
  readonly guestAddress: number;
  readonly data: Uint8Array;
}

/** Which event channels and domains serve console and xenstore of a guest. */
export interface Ports {
  readonly storePort: number;
  readonly storeDomid: number;
  readonly consolePort: number;
  readonly consoleDomid: number;
}

export interface BuildSpec extends Ports {
  readonly type: 'pv' | 'pvh';
  /** path of a file; plain, gzip, bzImage: whatever libxenguest takes */
  readonly kernel: string;
  readonly ramdisk?: string;
  readonly cmdline: string;
  /** what the guest starts with, KiB; this and maxKib must be whole MiB, which is all that libxenguest takes */
  readonly targetKib: number;
  readonly maxKib: number;
  readonly maxVcpus: number;
  /** PVH only. RSDP, acpi_info and tables, in this order, as libxl passes them (acpi_modules[0..2]). */
  readonly acpi?: readonly GuestBlob[];
  /** PVH only: the map given to Xen and to the guest's start_info */
  readonly e820?: readonly E820Entry[];
}

/** Frames of the two rings: gfn for PVH, mfn for PV, which is what xenstored and xenconsoled want. */
export interface RingFrames {
  readonly storeFrame: bigint;
  readonly consoleFrame: bigint;
}

/** The signal that ends a long call, and the receiver of libxc's log of it. */
export interface LongCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** libxc's log lines as they come, "level: text" */
  readonly onLog?: ((line: string) => void) | undefined;
}

/** The figures of libxc before and after each round of precopy (struct precopy_stats). */
export interface PrecopyStats {
  readonly iteration: number;
  readonly totalWrittenPages: number;
  /** undefined when libxc does not know yet (after a round, before the dirty bitmap is read) */
  readonly dirtyPages: number | undefined;
}

/** The next step of libxc in a live save: another round, the last one with the guest stopped, or give up. */
export type PrecopyDecision = 'continue' | 'stop-and-copy' | 'abort';

/** A place in a regular file, for a process of the same user. */
export interface FilePlace {
  /** by which that process can open the file, e.g. "/proc/4711/fd/20" of one that has it open */
  readonly path: string;
  /** bytes from the beginning of the file */
  readonly at: number;
}

/** How a domain is to be saved, and the callbacks of libxc meanwhile. */
export interface SaveSpec {
  readonly live: boolean;
  /**
   * libxc writes its stream there, as fast as it can, without a copy and unchecked, and the stream of the call is
   * empty. What was written when libxc asks something is in the file. @default into the stream of the call
   */
  readonly into?: FilePlace | undefined;
  /**
   * Asked once; resolves when the domain has shut down with reason suspend. A rejection makes the save fail
   * with that error.
   */
  readonly suspend: () => Promise<void>;
  /** Only asked when live. @default libxc's own policy (5 rounds, 50 pages) */
  readonly precopy?: (stats: PrecopyStats) => PrecopyDecision | Promise<PrecopyDecision>;
}

/** A save under way: bytes to read, and its end. The stream must be read for the save to go on. */
export interface SaveCall {
  /** the libxc stream, image header to END; nothing with `into` */
  readonly stream: Readable;
  /** resolves when libxc is done; rejects with its cause. An aborted or destroyed stream makes it reject. */
  readonly done: Promise<void>;
}

/** A core dump under way: bytes to read, and its end. The stream must be read for the dump to go on. */
export interface DumpCall {
  /** an ELF file, as docs/misc/dump-core-format.txt of Xen has it */
  readonly stream: Readable;
  /** resolves when libxc is done; rejects with its cause. An aborted or destroyed stream makes it reject. */
  readonly done: Promise<void>;
}

export interface RestoreSpec extends Ports {
  readonly type: 'pv' | 'pvh';
}

/** The address at which a stream can be fetched. */
export interface ImageSource {
  /** of a unix socket */
  readonly path: string;
  /** The first word of the caller there. */
  readonly token: string;
}

/** The stream to which a libxc stream is written. */
export type ImageSink = Writable & {
  /**
   * Instead of a write: the helper that restores fetches the stream itself, up to its end, so that no other process
   * relays it. The sink finishes and fails as if it had been written to it. Missing where that cannot be done.
   */
  readonly fetchFrom?: (source: ImageSource) => void;
  /**
   * Instead of a write: libxc reads the stream from there by itself. What it reads has not been copied: the file must
   * not change meanwhile. Missing where that cannot be done.
   *
   * @param onRead told of bytes that it has read since it was last told, a few times a second
   */
  readonly readFrom?: (place: FilePlace, onRead?: (bytes: number) => void) => void;
};

/** A restore that has begun. */
export interface RestoreCall {
  /** write the libxc stream here, image header to END, and end it */
  readonly sink: ImageSink;
  readonly done: Promise<RingFrames>;
}

/**
 * The calls of Xen: libxenctrl and libxenguest in the words of this project. A method that fails rejects with
 * XEN_CALL_FAILED, or with a code of its own where more is known, and libxc's own words.
 */
export interface Xen {
  readonly version: XenVersion;
  physinfo(): Promise<HostInfo>;
  /** undefined when there is no such domain */
  domainGetinfo(domid: number): Promise<DomainInfo | undefined>;
  domainGetinfolist(): Promise<readonly DomainInfo[]>;
  /** @returns the domid that Xen chose */
  domainCreate(spec: CreateDomainSpec): Promise<number>;
  domainMaxVcpus(domid: number, maxVcpus: number): Promise<void>;
  domainSetmaxmem(domid: number, kib: number): Promise<void>;
  /** PV only */
  domainSetMemmapLimit(domid: number, kib: number): Promise<void>;
  domainSetTscInfo(domid: number, mode: number): Promise<void>;
  domainSetTimeOffset(domid: number, seconds: number): Promise<void>;
  /** PVH only: bytes of the pool that paging structures come from; before any memory is populated */
  setPagingMempoolSize(domid: number, bytes: number): Promise<void>;
  hvmParamSet(domid: number, param: HvmParam, value: bigint): Promise<void>;
  hvmParamGet(domid: number, param: HvmParam): Promise<bigint>;
  cpuidApplyPolicy(domid: number, options: CpuPolicyOptions): Promise<void>;
  /** The processor as the guest has been told. */
  cpuPolicyGetDomain(domid: number): Promise<CpuPolicy>;
  /** The most that a guest of this type can be told here. */
  cpuPolicyGetSystem(type: 'pv' | 'pvh'): Promise<CpuPolicy>;
  /** What a guest of this type is told here where nothing else is asked for. */
  cpuPolicyGetDefault(type: 'pv' | 'pvh'): Promise<CpuPolicy>;
  /**
   * Whether Xen would give this policy to a domain of this type. Xen 4.17 looks at the number of leaves and at MSRs: it
   * does not refuse a policy for a feature that the host lacks, but silently takes that from the guest.
   */
  cpuPolicyIsCompatible(type: 'pv' | 'pvh', guest: CpuPolicy): Promise<boolean>;
  /**
   * Sets memory aside for a domain that is to get it, so that no other domain does: what it is to have in all, in pages
   * of 4 KiB. What it gets is taken off its claim; 0 gives back what is left of it. Rejects with ENOMEM when there is
   * not so much, and with EINVAL when the domain has a claim or may not have so much.
   */
  domainClaimPages(domid: number, pages: number): Promise<void>;
  evtchnAllocUnbound(domid: number, remoteDomid: number): Promise<number>;
  domainPause(domid: number): Promise<void>;
  domainUnpause(domid: number): Promise<void>;
  domainShutdown(domid: number, reason: ShutdownReason): Promise<void>;
  /** Lets a suspended domain go on. fast: its hypercall returns "cancelled"; right for all but ancient PV. */
  domainResume(domid: number, options: { readonly fast: boolean }): Promise<void>;
  /**
   * Ends log-dirty mode, in which each first write to a page costs the guest a fault. A save ends it by itself; one
   * whose helper was killed cannot. Nothing happens when it is off already.
   */
  domainLogDirtyOff(domid: number): Promise<void>;
  /** How much of one processor the domain may use, in percent, all its vCPUs together; 0: as much as it likes. */
  domainGetCap(domid: number): Promise<number>;
  /** Only the schedulers credit and credit2 know caps. */
  domainSetCap(domid: number, percent: number): Promise<void>;
  /** The share of processor time of the domain, beside those of others; a new one has 256. */
  domainGetWeight(domid: number): Promise<number>;
  /** Only the schedulers credit and credit2 know weights, from 1 to 65535. */
  domainSetWeight(domid: number, weight: number): Promise<void>;
  /** The scheduler of this host. */
  schedId(): Promise<SchedulerName>;
  /** Rejects with EINVAL when the pool has another scheduler, with ESRCH when there is none; so do the three below. */
  schedCreditParamsGet(poolId: number): Promise<CreditParams>;
  /** Rejects with EINVAL for what is out of range, too. */
  schedCreditParamsSet(poolId: number, params: CreditParams): Promise<void>;
  schedCredit2ParamsGet(poolId: number): Promise<Credit2Params>;
  schedCredit2ParamsSet(poolId: number, params: Credit2Params): Promise<void>;
  /** The place of each processor that is online, by ascending numbers. */
  cputopoinfo(): Promise<readonly CpuPlace[]>;
  /** Rejects with EINVAL or ESRCH when the domain has no such vCPU; so do the two below. */
  vcpuGetinfo(domid: number, vcpu: number): Promise<VcpuInfo>;
  vcpuGetaffinity(domid: number, vcpu: number): Promise<VcpuAffinity>;
  /** What is left out stays. Rejects with EINVAL when none of the processors is there. */
  vcpuSetaffinity(domid: number, vcpu: number, affinity: Partial<VcpuAffinity>): Promise<void>;
  /**
   * A non-maskable interrupt for one vCPU, or a button for the guest. Rejects with ESRCH when it has no such vCPU; a
   * button of a guest without a board does nothing, and of a PV guest rejects with EINVAL.
   */
  domainSendTrigger(domid: number, trigger: Trigger, vcpu: number): Promise<void>;
  /** All pools of processors, by ascending numbers. */
  cpupoolList(): Promise<readonly CpuPool[]>;
  /** The processors that are in none, by ascending numbers. */
  cpupoolFreeinfo(): Promise<readonly number[]>;
  /** Without processors. Rejects when Xen was built without that scheduler. @returns its number */
  cpupoolCreate(scheduler: SchedulerName): Promise<number>;
  /** Rejects with EBUSY while it has domains or processors, and with ENOENT when there is none; so do the others. */
  cpupoolDestroy(poolId: number): Promise<void>;
  /** Rejects with ENODEV when the processor is in a pool. */
  cpupoolAddcpu(poolId: number, cpu: number): Promise<void>;
  /** Rejects with EBUSY when it is the last one of a pool with domains. */
  cpupoolRemovecpu(poolId: number, cpu: number): Promise<void>;
  /** Rejects with ENOENT when the pool has no processor, too. */
  cpupoolMovedomain(poolId: number, domid: number): Promise<void>;
  /** How many pages a guest without a balloon driver yet may touch. Nothing happens where none are populated on demand. */
  domainSetPodTarget(domid: number, pages: number): Promise<void>;
  /** What Xen has logged, the oldest line first, as much as its ring holds; clear: and forgets it. */
  readconsolering(options: { readonly clear: boolean }): Promise<string>;
  /** What keys on Xen's own console do: it writes into its log what they stand for. "h" lists them. */
  sendDebugKeys(keys: string): Promise<void>;
  /** In the helper process: Xen gives memory back page by page, which takes minutes for large guests. */
  domainDestroy(domid: number, options?: LongCallOptions): Promise<void>;
  /** The whole xc_dom_* sequence, in the helper process: loads the kernel, populates memory, seeds grants. */
  domainBuild(domid: number, spec: BuildSpec, options?: LongCallOptions): Promise<RingFrames>;
  /** xc_domain_save in the helper process. */
  domainSave(domid: number, spec: SaveSpec, options?: LongCallOptions): SaveCall;
  /**
   * xc_domain_dumpcore_via_callback in the helper process: the memory of a domain and the registers of its vCPUs. A
   * domain that runs meanwhile gives pages of different moments.
   */
  domainDumpcore(domid: number, options?: LongCallOptions): DumpCall;
  /** xc_domain_restore in the helper process. */
  domainRestore(domid: number, spec: RestoreSpec, options?: LongCallOptions): RestoreCall;
  close(): Promise<void>;
}

/** The HVM params that toolstacks of PVH guests touch (xen/include/public/hvm/params.h). */
export const HVM_PARAM = {
  CALLBACK_IRQ: 0,
  STORE_PFN: 1,
  STORE_EVTCHN: 2,
  TIMER_MODE: 10,
  CONSOLE_PFN: 17,
  CONSOLE_EVTCHN: 18,
  ALTP2M: 35,
} as const;

/** The number of a parameter of an HVM container (HVM_PARAM_* of public/hvm/params.h). */
export type HvmParam = (typeof HVM_PARAM)[keyof typeof HVM_PARAM];
