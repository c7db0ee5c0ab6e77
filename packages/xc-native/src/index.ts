/**
 * Xen's libxenctrl and libxenguest behind one typed interface, `Xen`.
 *
 * ```ts
 * import { openXen } from '@vm-tools/xc-native';
 *
 * const xen = await openXen();
 * for (const { domid, isPaused } of await xen.domainGetinfolist()) console.log(domid, isPaused);
 * await xen.close();
 * ```
 *
 * @packageDocumentation
 */
export { openXen } from './open-xen.ts';
export type { OpenXenOptions } from './open-xen.ts';
export { E820_TYPES, HVM_PARAM, SCHEDULERS, SHUTDOWN_REASONS, TRIGGERS } from './xen.ts';
export type {
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
  GuestBlob,
  HostInfo,
  HvmParam,
  ImageSink,
  ImageSource,
  LongCallOptions,
  Ports,
  PrecopyDecision,
  PrecopyStats,
  RestoreCall,
  RestoreSpec,
  RingFrames,
  DumpCall,
  FilePlace,
  SaveCall,
  SaveSpec,
  SchedulerName,
  ShutdownReason,
  Trigger,
  VcpuAffinity,
  VcpuInfo,
  Xen,
  XenVersion,
} from './xen.ts';

export { cpuFeatures, cpuVendor, findLeaf } from './cpu/cpu-policy.ts';
export { cpuLeaves, limitLeaves } from './cpu/cpu-leaves.ts';
export { CPU_FEATURE_NAMES, featuresetOf } from './cpu/featureset.ts';
export { LEAF_BYTES, MSR_BYTES, CPUID_REGISTER_OFFSETS } from './cpu/entries.ts';
export { NO_SUBLEAF } from './cpu/feature-words.ts';
export type { CpuidRegister, FeatureWord } from './cpu/feature-words.ts';

// For other implementations of `Xen`: the same errors for the same errno, and the same refusals.
export { memoryMib, requireFewBlobs } from './build-rules.ts';
export { callError } from './call-error.ts';
export type { CallFailure } from './call-error.ts';

// The tables, for tools/abi, which compares them with the C headers.
export { CPU_FEATURE_WORDS, SUPPORTED_VERSIONS } from './versions/index.ts';
export { UNPROVEN_VERSIONS } from './versions/unproven.ts';
export type { Quirks, VersionSupport, Versions } from './versions/shape.ts';
export { FIELD_BYTES } from './abi/layout.ts';
export type { Field, FieldType, StructLayout } from './abi/layout.ts';
export type { CallbackPrototype } from './prototypes/callbacks.ts';
export type { CType, Prototype, PrototypeTable } from './prototypes/ctype.ts';
