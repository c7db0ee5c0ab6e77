import { HVM_PARAM, LEAF_BYTES, MSR_BYTES, SCHEDULERS } from '@vm-tools/xc-native';
import type {
  BuildSpec,
  CpuPolicy,
  CreateDomainSpec,
  DomainInfo,
  HostInfo,
  HvmParam,
  PrecopyStats,
  RestoreSpec,
  RingFrames,
  SaveSpec,
  VcpuAffinity,
  VcpuInfo,
  XenVersion,
} from '@vm-tools/xc-native';
import * as z from 'zod';

// The arguments and the result of each call of the interface `Xen`: both sides check what the other one sends.

const natural = z.int().min(0);
const u32 = natural.max(0xffff_ffff);
const domid = u32;
const type = z.enum(['pv', 'pvh']);
const nothing = z.undefined();

export const version: z.ZodType<XenVersion> = z.object({ major: natural, minor: natural, extra: z.string() });

const hostInfo: z.ZodType<HostInfo> = z.object({
  totalPages: natural,
  freePages: natural,
  scrubPages: natural,
  outstandingPages: natural,
  onlineCpus: natural,
  cpuKhz: natural,
  capabilities: z.object({
    hvm: z.boolean(),
    pv: z.boolean(),
    hap: z.boolean(),
    shadow: z.boolean(),
    gnttabV1: z.boolean(),
    gnttabV2: z.boolean(),
  }),
});

const shutdownReason = z.enum(['poweroff', 'reboot', 'suspend', 'crash', 'watchdog', 'soft-reset']);

const domainInfo: z.ZodType<DomainInfo> = z
  .object({
    domid,
    uuid: z.string(),
    isHvmContainer: z.boolean(),
    isDying: z.boolean(),
    isPaused: z.boolean(),
    isBlocked: z.boolean(),
    isRunning: z.boolean(),
    shutdownReason: shutdownReason.optional(),
    totPages: natural,
    maxPages: natural,
    outstandingPages: natural,
    pagedPages: natural,
    onlineVcpus: natural,
    maxVcpuId: natural,
    cpuTimeNs: z.bigint(),
  })
  // JSON has no word for a field that is there and undefined.
  .transform((info) => ({ ...info, shutdownReason: info.shutdownReason }));

const vcpuInfo: z.ZodType<VcpuInfo> = z.object({
  isOnline: z.boolean(),
  isBlocked: z.boolean(),
  isRunning: z.boolean(),
  cpuTimeNs: z.bigint(),
  cpu: u32,
});
/** Xen has been built for no more processors than this. */
const cpus = z.array(u32).max(16_384).readonly();
const affinity: z.ZodType<VcpuAffinity> = z.object({ hard: cpus, soft: cpus });
const newAffinity: z.ZodType<Partial<VcpuAffinity>> = z.object({
  hard: cpus.exactOptional(),
  soft: cpus.exactOptional(),
});

const createSpec: z.ZodType<CreateDomainSpec> = z.object({
  uuid: z.string(),
  type,
  maxVcpus: natural,
  hap: z.boolean().exactOptional(),
  maxEvtchnPort: z.int().exactOptional(),
  grantVersion: z.literal([1, 2]).exactOptional(),
});

/** A policy has some hundred entries; a kibi of them is more than any processor will have. */
const MOST_ENTRIES = 1024;
const upTo = (bytes: number) =>
  z.instanceof(Uint8Array).refine(({ length }) => length <= bytes, `must not be longer than ${bytes} bytes`);
const cpuPolicy: z.ZodType<CpuPolicy> = z.object({
  cpuid: upTo(MOST_ENTRIES * LEAF_BYTES),
  msrs: upTo(MOST_ENTRIES * MSR_BYTES),
});

const ports = { storePort: u32, storeDomid: domid, consolePort: u32, consoleDomid: domid };

const buildSpec: z.ZodType<BuildSpec> = z.object({
  ...ports,
  type,
  kernel: z.string(),
  ramdisk: z.string().exactOptional(),
  cmdline: z.string(),
  targetKib: z.number(),
  maxKib: z.number(),
  maxVcpus: natural,
  acpi: z.array(z.object({ guestAddress: natural, data: z.instanceof(Uint8Array) })).exactOptional(),
  e820: z
    .array(
      z.object({
        address: natural,
        size: natural,
        type: z.enum(['ram', 'reserved', 'acpi', 'nvs', 'unusable']),
      }),
    )
    .exactOptional(),
});

/** Of a SaveSpec, what is no function: those are asked by questions. */
export type WireSaveSpec = Pick<SaveSpec, 'live'> & { readonly asksPrecopy: boolean };
const saveSpec: z.ZodType<WireSaveSpec> = z.object({ live: z.boolean(), asksPrecopy: z.boolean() });

const restoreSpec: z.ZodType<RestoreSpec> = z.object({ ...ports, type });
const frames: z.ZodType<RingFrames> = z.object({ storeFrame: z.bigint(), consoleFrame: z.bigint() });
const hvmParam: z.ZodType<HvmParam> = z.literal(Object.values(HVM_PARAM));

export const precopyStats: z.ZodType<PrecopyStats> = z
  .object({ iteration: natural, totalWrittenPages: natural, dirtyPages: natural.optional() })
  .transform((stats) => ({ ...stats, dirtyPages: stats.dirtyPages }));

/** Those that are answered at once. */
const SHORT_CALLS = {
  physinfo: { args: z.tuple([]), result: hostInfo },
  domainGetinfo: { args: z.tuple([domid]), result: domainInfo.optional() },
  domainGetinfolist: { args: z.tuple([]), result: z.array(domainInfo) },
  domainCreate: { args: z.tuple([createSpec]), result: domid },
  domainMaxVcpus: { args: z.tuple([domid, u32]), result: nothing },
  domainSetmaxmem: { args: z.tuple([domid, natural]), result: nothing },
  domainSetMemmapLimit: { args: z.tuple([domid, natural]), result: nothing },
  domainSetTscInfo: { args: z.tuple([domid, u32]), result: nothing },
  domainSetTimeOffset: { args: z.tuple([domid, z.int32()]), result: nothing },
  setPagingMempoolSize: { args: z.tuple([domid, natural]), result: nothing },
  hvmParamSet: { args: z.tuple([domid, hvmParam, z.bigint()]), result: nothing },
  hvmParamGet: { args: z.tuple([domid, hvmParam]), result: z.bigint() },
  cpuidApplyPolicy: { args: z.tuple([domid, z.object({ restore: z.boolean() })]), result: nothing },
  cpuPolicyGetDomain: { args: z.tuple([domid]), result: cpuPolicy },
  cpuPolicyGetSystem: { args: z.tuple([type]), result: cpuPolicy },
  cpuPolicyIsCompatible: { args: z.tuple([type, cpuPolicy]), result: z.boolean() },
  domainClaimPages: { args: z.tuple([domid, natural]), result: nothing },
  evtchnAllocUnbound: { args: z.tuple([domid, domid]), result: u32 },
  domainPause: { args: z.tuple([domid]), result: nothing },
  domainUnpause: { args: z.tuple([domid]), result: nothing },
  domainShutdown: { args: z.tuple([domid, shutdownReason]), result: nothing },
  domainResume: { args: z.tuple([domid, z.object({ fast: z.boolean() })]), result: nothing },
  domainLogDirtyOff: { args: z.tuple([domid]), result: nothing },
  domainGetCap: { args: z.tuple([domid]), result: natural },
  domainSetCap: { args: z.tuple([domid, natural.max(0xffff)]), result: nothing },
  domainGetWeight: { args: z.tuple([domid]), result: natural },
  domainSetWeight: { args: z.tuple([domid, natural.max(0xffff)]), result: nothing },
  schedId: { args: z.tuple([]), result: z.enum(SCHEDULERS) },
  vcpuGetinfo: { args: z.tuple([domid, u32]), result: vcpuInfo },
  vcpuGetaffinity: { args: z.tuple([domid, u32]), result: affinity },
  vcpuSetaffinity: { args: z.tuple([domid, u32, newAffinity]), result: nothing },
  domainSetPodTarget: { args: z.tuple([domid, natural]), result: nothing },
  readconsolering: { args: z.tuple([z.object({ clear: z.boolean() })]), result: z.string() },
} as const;

/** Those that can be aborted, log, and take as long as they take. */
const LONG_CALLS = {
  domainDestroy: { args: z.tuple([domid]), result: nothing },
  domainBuild: { args: z.tuple([domid, buildSpec]), result: frames },
  domainSave: { args: z.tuple([domid, saveSpec]), result: nothing },
  domainDumpcore: { args: z.tuple([domid]), result: nothing },
  domainRestore: { args: z.tuple([domid, restoreSpec]), result: frames },
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
