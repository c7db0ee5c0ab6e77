import { VmToolsError } from '@vm-tools/errors';
import { limitLeaves } from '../cpu/cpu-leaves.ts';
import { LEAF_BYTES, MSR_BYTES } from '../cpu/entries.ts';
import { featuresetOf } from '../cpu/featureset.ts';
import type { Libxc } from '../libxc.ts';
import type { Address } from '../prototypes/ctype.ts';
import type { CpuLeaves, CpuPolicy, CpuPolicyOptions } from '../xen.ts';

/** The host's default CPU policy with PAE, as libxl applies it; or with these features and no others. */
export function applyCpuPolicy(
  libxc: Libxc,
  domid: number,
  { restore, invariantTsc = false, nestedVirt = false, features, leaves }: CpuPolicyOptions,
): void {
  const pae = true;
  // libxc goes by the three booleans only where it gets no features.
  const more = [...(invariantTsc ? ['itsc'] : []), ...(nestedVirt ? ['vmx', 'svm'] : [])];
  const featureset = features === undefined ? null : featuresetOf([...features, ...more]);
  const words = featureset === null ? 0 : featureset.length / 4;
  libxc.call(
    'xc_cpuid_apply_policy',
    [libxc.xch, domid, restore, featureset, words, pae, invariantTsc, nestedVirt, null, null],
    domid,
  );
  if (leaves !== undefined) limitDomain(libxc, domid, leaves);
}

/** libxc leaves the numbers of leaves as the host has them. */
function limitDomain(libxc: Libxc, domid: number, leaves: CpuLeaves): void {
  withPolicy(libxc, (policy) => {
    libxc.callOn('xc_cpu_policy_get_domain', domid, policy);
    const { cpuid } = serialise(libxc, policy);
    const limited = limitLeaves(cpuid, leaves);
    if (limited.equals(cpuid)) return;
    libxc.call('xc_cpu_policy_update_cpuid', [libxc.xch, policy, limited, countOf(limited, LEAF_BYTES)]);
    libxc.callOn('xc_cpu_policy_set_domain', domid, policy);
  });
}

/** XEN_SYSCTL_cpu_policy_pv_max and …_hvm_max: what Xen itself holds a guest's policy against. */
const SYSTEM_POLICIES = { pv: 2, pvh: 3 };
/** XEN_SYSCTL_cpu_policy_pv_default and …_hvm_default. */
const DEFAULT_POLICIES = { pv: 4, pvh: 5 };

export function domainCpuPolicy(libxc: Libxc, domid: number): CpuPolicy {
  return withPolicy(libxc, (policy) => {
    libxc.callOn('xc_cpu_policy_get_domain', domid, policy);
    return serialise(libxc, policy);
  });
}

export function systemCpuPolicy(libxc: Libxc, type: 'pv' | 'pvh'): CpuPolicy {
  return policyOfHost(libxc, SYSTEM_POLICIES[type]);
}

export function defaultCpuPolicy(libxc: Libxc, type: 'pv' | 'pvh'): CpuPolicy {
  return policyOfHost(libxc, DEFAULT_POLICIES[type]);
}

function policyOfHost(libxc: Libxc, index: number): CpuPolicy {
  return withPolicy(libxc, (policy) => {
    libxc.call('xc_cpu_policy_get_system', [libxc.xch, index, policy]);
    return serialise(libxc, policy);
  });
}

export function isCpuPolicyCompatible(libxc: Libxc, type: 'pv' | 'pvh', { cpuid, msrs }: CpuPolicy): boolean {
  return withPolicy(libxc, (host) =>
    withPolicy(libxc, (guest) => {
      const { xch } = libxc;
      libxc.call('xc_cpu_policy_get_system', [xch, SYSTEM_POLICIES[type], host]);
      libxc.call('xc_cpu_policy_update_cpuid', [xch, guest, cpuid, countOf(cpuid, LEAF_BYTES)]);
      libxc.call('xc_cpu_policy_update_msrs', [xch, guest, msrs, countOf(msrs, MSR_BYTES)]);
      return libxc.call('xc_cpu_policy_is_compatible', [xch, host, guest]);
    }),
  );
}

/** A policy object lives in C's memory, for the time of one call of ours. */
function withPolicy<T>(libxc: Libxc, use: (policy: Address) => T): T {
  const policy = libxc.call('xc_cpu_policy_init', []);
  try {
    return use(policy);
  } finally {
    libxc.native.functions.xc_cpu_policy_destroy(policy);
  }
}

function serialise(libxc: Libxc, policy: Address): CpuPolicy {
  const { xch } = libxc;
  const [leaves, entries] = [Buffer.alloc(4), Buffer.alloc(4)];
  libxc.call('xc_cpu_policy_get_size', [xch, leaves, entries]);
  const cpuid = Buffer.alloc(leaves.readUInt32LE() * LEAF_BYTES);
  const msrs = Buffer.alloc(entries.readUInt32LE() * MSR_BYTES);
  // Both numbers are changed from how many there is room for to how many there are.
  libxc.call('xc_cpu_policy_serialise', [xch, policy, cpuid, leaves, msrs, entries]);
  return {
    cpuid: cpuid.subarray(0, leaves.readUInt32LE() * LEAF_BYTES),
    msrs: msrs.subarray(0, entries.readUInt32LE() * MSR_BYTES),
  };
}

function countOf(bytes: Uint8Array, entryBytes: number): number {
  if (bytes.length > 0 && bytes.length % entryBytes === 0) return bytes.length / entryBytes;
  throw new VmToolsError({
    code: 'XEN_CPU_POLICY',
    kind: 'corrupt',
    message: `a CPU policy of ${bytes.length} bytes is not made of entries of ${entryBytes}`,
    hint: 'take the policy anew from the domain',
  });
}
