import { VmToolsError } from '@vm-tools/errors';
import { LEAF_BYTES, MSR_BYTES } from '../cpu/entries.ts';
import type { Libxc } from '../libxc.ts';
import type { Address } from '../prototypes/ctype.ts';
import type { CpuPolicy, CpuPolicyOptions } from '../xen.ts';

/** The host's default CPU policy with PAE, as libxl applies it. */
export function applyCpuPolicy(
  libxc: Libxc,
  domid: number,
  { restore, invariantTsc = false, nestedVirt = false }: CpuPolicyOptions,
): void {
  const pae = true;
  libxc.call(
    'xc_cpuid_apply_policy',
    [libxc.xch, domid, restore, null, 0, pae, invariantTsc, nestedVirt, null, null],
    domid,
  );
}

/** XEN_SYSCTL_cpu_policy_pv_max and …_hvm_max: what Xen itself holds a guest's policy against. */
const SYSTEM_POLICIES = { pv: 2, pvh: 3 };

export function domainCpuPolicy(libxc: Libxc, domid: number): CpuPolicy {
  return withPolicy(libxc, (policy) => {
    libxc.callOn('xc_cpu_policy_get_domain', domid, policy);
    return serialise(libxc, policy);
  });
}

export function systemCpuPolicy(libxc: Libxc, type: 'pv' | 'pvh'): CpuPolicy {
  return withPolicy(libxc, (policy) => {
    libxc.call('xc_cpu_policy_get_system', [libxc.xch, SYSTEM_POLICIES[type], policy]);
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
