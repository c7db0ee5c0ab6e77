import type {
  BuildSpec,
  CpuLeaves,
  CpuPlace,
  CpuPolicy,
  CpuPolicyOptions,
  CpuPool,
  CreateDomainSpec,
  Credit2Params,
  CreditParams,
  DomainInfo,
  E820Entry,
  FilePlace,
  HostInfo,
  HvmParam,
  PrecopyStats,
  RestoreSpec,
  RingFrames,
  SaveSpec,
  Trigger,
  VcpuAffinity,
  VcpuInfo,
  XenVersion,
} from '@vm-tools/xc-native';
import { HVM_PARAM, LEAF_BYTES, MSR_BYTES, SCHEDULERS, TRIGGERS } from '@vm-tools/xc-native/interface';
import {
  bigint,
  boolean,
  bytes,
  integer,
  list,
  maybe,
  nothing,
  number,
  object,
  oneOf,
  text,
  tuple,
  type Shape,
} from './shape.ts';

// The arguments and the result of each call of the interface `Xen`: both sides check what the other one sends.

const natural = integer(0);
const u32 = integer(0, 0xffff_ffff);
const i32 = integer(-0x8000_0000, 0x7fff_ffff);
const domid = u32;
const type = oneOf(['pv', 'pvh']);

export const version: Shape<XenVersion> = object({ major: natural, minor: natural, extra: text });

const hostInfo: Shape<HostInfo> = object({
  totalPages: natural,
  freePages: natural,
  scrubPages: natural,
  outstandingPages: natural,
  onlineCpus: natural,
  cpuKhz: natural,
  capabilities: object({
    hvm: boolean,
    pv: boolean,
    hap: boolean,
    shadow: boolean,
    gnttabV1: boolean,
    gnttabV2: boolean,
  }),
});

const shutdownReason = oneOf(['poweroff', 'reboot', 'suspend', 'crash', 'watchdog', 'soft-reset']);

const domainInfo: Shape<DomainInfo> = object({
  domid,
  uuid: text,
  isHvmContainer: boolean,
  isDying: boolean,
  isPaused: boolean,
  isBlocked: boolean,
  isRunning: boolean,
  shutdownReason: maybe(shutdownReason),
  totPages: natural,
  maxPages: natural,
  outstandingPages: natural,
  pagedPages: natural,
  onlineVcpus: natural,
  maxVcpuId: natural,
  cpuTimeNs: bigint,
  cpupool: u32,
});

const vcpuInfo: Shape<VcpuInfo> = object({
  isOnline: boolean,
  isBlocked: boolean,
  isRunning: boolean,
  cpuTimeNs: bigint,
  cpu: u32,
});
/** Xen has been built for no more processors than this. */
const cpus = list(u32, 16_384);
const affinity: Shape<VcpuAffinity> = object({ hard: cpus, soft: cpus });
const newAffinity: Shape<Partial<VcpuAffinity>> = object({}, { hard: cpus, soft: cpus });

const scheduler = oneOf(SCHEDULERS);
const cpuPool: Shape<CpuPool> = object({ id: u32, scheduler, domains: natural, cpus });
const cpuPlace: Shape<CpuPlace> = object({ cpu: u32, node: u32 });
const credit2Params: Shape<Credit2Params> = object({ ratelimitUs: u32 });
const creditParams: Shape<CreditParams> = object({
  timesliceMs: u32,
  ratelimitUs: u32,
  migrationDelayUs: u32,
});
const trigger: Shape<Trigger> = oneOf(Object.keys(TRIGGERS) as Trigger[]);

const createSpec: Shape<CreateDomainSpec> = object(
  { uuid: text, type, maxVcpus: natural },
  {
    ...{ hap: boolean, nestedVirt: boolean, vpmu: boolean, msrRelaxed: boolean },
    maxEvtchnPort: integer(Number.MIN_SAFE_INTEGER),
    grantVersion: oneOf([1, 2]),
    maxGrantFrames: i32,
    maxMaptrackFrames: i32,
  },
);

/** Xen knows some three hundred features. */
const MOST_FEATURES = 1024;
const cpuLeaves: Shape<CpuLeaves> = object({ basic: u32, features: u32, extended: integer(0, 0x7fff_ffff) });
const cpuPolicyOptions: Shape<CpuPolicyOptions> = object(
  { restore: boolean },
  { invariantTsc: boolean, nestedVirt: boolean, features: list(text, MOST_FEATURES), leaves: cpuLeaves },
);

/** A policy has some hundred entries; a kibi of them is more than any processor will have. */
const MOST_ENTRIES = 1024;
const cpuPolicy: Shape<CpuPolicy> = object({
  cpuid: bytes(MOST_ENTRIES * LEAF_BYTES),
  msrs: bytes(MOST_ENTRIES * MSR_BYTES),
});

const ports = { storePort: u32, storeDomid: domid, consolePort: u32, consoleDomid: domid };

const e820Entry: Shape<E820Entry> = object({
  address: natural,
  size: natural,
  type: oneOf(['ram', 'reserved', 'acpi', 'nvs', 'unusable']),
});

const buildSpec: Shape<BuildSpec> = object(
  {
    ...ports,
    type,
    kernel: text,
    cmdline: text,
    targetKib: number,
    maxKib: number,
    maxVcpus: natural,
  },
  {
    ramdisk: text,
    acpi: list(object({ guestAddress: natural, data: bytes(Infinity) })),
    e820: list(e820Entry),
  },
);

const filePlace: Shape<FilePlace> = object({ path: text, at: natural });

/** Of a SaveSpec, what is no function: those are asked by questions. */
export type WireSaveSpec = Pick<SaveSpec, 'live'> & {
  readonly asksPrecopy: boolean;
  readonly into?: FilePlace;
};
const saveSpec: Shape<WireSaveSpec> = object({ live: boolean, asksPrecopy: boolean }, { into: filePlace });

const restoreSpec: Shape<RestoreSpec> = object({ ...ports, type });
const frames: Shape<RingFrames> = object({ storeFrame: bigint, consoleFrame: bigint });
const hvmParam: Shape<HvmParam> = oneOf(Object.values(HVM_PARAM));

export const precopyStats: Shape<PrecopyStats> = object({
  iteration: natural,
  totalWrittenPages: natural,
  dirtyPages: maybe(natural),
});

/** Those that are answered at once. */
const SHORT_CALLS = {
  physinfo: { args: tuple(), result: hostInfo },
  domainGetinfo: { args: tuple(domid), result: maybe(domainInfo) },
  domainGetinfolist: { args: tuple(), result: list(domainInfo) },
  domainCreate: { args: tuple(createSpec), result: domid },
  domainMaxVcpus: { args: tuple(domid, u32), result: nothing },
  domainSetmaxmem: { args: tuple(domid, natural), result: nothing },
  domainSetMemmapLimit: { args: tuple(domid, natural), result: nothing },
  domainSetTscInfo: { args: tuple(domid, u32), result: nothing },
  domainSetTimeOffset: { args: tuple(domid, i32), result: nothing },
  setPagingMempoolSize: { args: tuple(domid, natural), result: nothing },
  hvmParamSet: { args: tuple(domid, hvmParam, bigint), result: nothing },
  hvmParamGet: { args: tuple(domid, hvmParam), result: bigint },
  cpuidApplyPolicy: { args: tuple(domid, cpuPolicyOptions), result: nothing },
  cpuPolicyGetDomain: { args: tuple(domid), result: cpuPolicy },
  cpuPolicyGetSystem: { args: tuple(type), result: cpuPolicy },
  cpuPolicyGetDefault: { args: tuple(type), result: cpuPolicy },
  cpuPolicyIsCompatible: { args: tuple(type, cpuPolicy), result: boolean },
  domainClaimPages: { args: tuple(domid, natural), result: nothing },
  evtchnAllocUnbound: { args: tuple(domid, domid), result: u32 },
  domainPause: { args: tuple(domid), result: nothing },
  domainUnpause: { args: tuple(domid), result: nothing },
  domainShutdown: { args: tuple(domid, shutdownReason), result: nothing },
  domainResume: { args: tuple(domid, object({ fast: boolean })), result: nothing },
  domainLogDirtyOff: { args: tuple(domid), result: nothing },
  domainGetCap: { args: tuple(domid), result: natural },
  domainSetCap: { args: tuple(domid, integer(0, 0xffff)), result: nothing },
  domainGetWeight: { args: tuple(domid), result: natural },
  domainSetWeight: { args: tuple(domid, integer(0, 0xffff)), result: nothing },
  schedId: { args: tuple(), result: scheduler },
  schedCreditParamsGet: { args: tuple(u32), result: creditParams },
  schedCreditParamsSet: { args: tuple(u32, creditParams), result: nothing },
  schedCredit2ParamsGet: { args: tuple(u32), result: credit2Params },
  schedCredit2ParamsSet: { args: tuple(u32, credit2Params), result: nothing },
  cputopoinfo: { args: tuple(), result: list(cpuPlace, 16_384) },
  vcpuGetinfo: { args: tuple(domid, u32), result: vcpuInfo },
  vcpuGetaffinity: { args: tuple(domid, u32), result: affinity },
  vcpuSetaffinity: { args: tuple(domid, u32, newAffinity), result: nothing },
  domainSendTrigger: { args: tuple(domid, trigger, u32), result: nothing },
  cpupoolList: { args: tuple(), result: list(cpuPool) },
  cpupoolFreeinfo: { args: tuple(), result: cpus },
  cpupoolCreate: { args: tuple(scheduler), result: u32 },
  cpupoolDestroy: { args: tuple(u32), result: nothing },
  cpupoolAddcpu: { args: tuple(u32, u32), result: nothing },
  cpupoolRemovecpu: { args: tuple(u32, u32), result: nothing },
  cpupoolMovedomain: { args: tuple(u32, domid), result: nothing },
  sendDebugKeys: { args: tuple(text), result: nothing },
  domainSetPodTarget: { args: tuple(domid, natural), result: nothing },
  readconsolering: { args: tuple(object({ clear: boolean })), result: text },
} as const;

/** Those that can be aborted, log, and take as long as they take. */
const LONG_CALLS = {
  domainDestroy: { args: tuple(domid), result: nothing },
  domainBuild: { args: tuple(domid, buildSpec), result: frames },
  domainSave: { args: tuple(domid, saveSpec), result: nothing },
  domainDumpcore: { args: tuple(domid), result: nothing },
  domainRestore: { args: tuple(domid, restoreSpec), result: frames },
} as const;

/** Every method of `Xen` but `close`. */
export const CALLS = { ...SHORT_CALLS, ...LONG_CALLS } as const;

/** A method of `Xen` but `close`. */
export type CallName = keyof typeof CALLS;
export type LongCallName = keyof typeof LONG_CALLS;
/** A method of `Xen` that is answered at once. */
export type ShortCallName = keyof typeof SHORT_CALLS;

/** The names of all calls. */
export const CALL_NAMES = Object.keys(CALLS) as CallName[];
export const SHORT_CALL_NAMES = Object.keys(SHORT_CALLS) as ShortCallName[];
