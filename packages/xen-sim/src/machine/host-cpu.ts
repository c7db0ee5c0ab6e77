import { VmToolsError } from '@vm-tools/errors';
import {
  CPU_FEATURE_WORDS,
  CPUID_REGISTER_OFFSETS,
  findLeaf,
  LEAF_BYTES,
  MSR_BYTES,
  NO_SUBLEAF,
  type CpuPolicy,
} from '@vm-tools/xc-native';

/** leaf, subleaf, eax, ebx, ecx, edx of a processor with nothing special: "GenuineIntel", and Xen's own leaves */
const LEAVES = [
  [0x0000_0000, NO_SUBLEAF, 0x0000_000d, 0x756e_6547, 0x6c65_746e, 0x4965_6e69],
  [0x0000_0001, NO_SUBLEAF, 0x0005_0654, 0x0001_0800, 0xf7fa_3203, 0x178b_fbff],
  [0x0000_0007, 0, 0x0000_0000, 0x0000_0000, 0x0000_0000, 0x0000_0000],
  [0x0000_000d, 0, 0x0000_0007, 0x0000_0340, 0x0000_0340, 0x0000_0000],
  [0x4000_0000, NO_SUBLEAF, 0x4000_0005, 0x566e_6558, 0x6558_4d4d, 0x4d4d_566e],
  [0x8000_0000, NO_SUBLEAF, 0x8000_0008, 0x0000_0000, 0x0000_0000, 0x0000_0000],
  [0x8000_0008, NO_SUBLEAF, 0x0000_3027, 0x0000_0000, 0x0000_0000, 0x0000_0000],
] as const;

/** MSR_INTEL_PLATFORM_INFO and MSR_ARCH_CAPABILITIES, which a policy always lists */
const MSRS = [0x0000_00ce, 0x0000_010a] as const;
/** eax of each says how many leaves there are. */
const COUNTS = [
  [0x0000_0000, undefined],
  [0x0000_0007, 0],
  [0x8000_0000, undefined],
] as const;

/**
 * The processors of a simulated host, as its guests are told.
 *
 * @param without features that they lack, by the names that Xen's header gives them: "aesni"
 * @throws VmToolsError XEN_SIM_CPU of kind usage for one that they do not have anyway
 */
export function hostCpu(without: readonly string[] = []): CpuPolicy {
  const cpuid = Buffer.from(Uint32Array.from(LEAVES.flat()).buffer);
  for (const name of without) takeAway(cpuid, name);
  const msrs = Buffer.alloc(MSRS.length * MSR_BYTES);
  MSRS.forEach((index, at) => msrs.writeUInt32LE(index, at * MSR_BYTES));
  return { cpuid, msrs };
}

/** x86_cpu_policies_are_compatible of 4.17, which compares how much there is and not what it says. */
export function isCompatible(host: CpuPolicy, guest: CpuPolicy): boolean {
  const isWhole = guest.cpuid.length % LEAF_BYTES === 0 && guest.msrs.length % MSR_BYTES === 0;
  return (
    isWhole && COUNTS.every(([leaf, subleaf]) => count(guest, leaf, subleaf) <= count(host, leaf, subleaf))
  );
}

function count({ cpuid }: CpuPolicy, leaf: number, subleaf: number | undefined): number {
  return findLeaf(cpuid, leaf, subleaf)?.readUInt32LE(CPUID_REGISTER_OFFSETS.a) ?? 0;
}

function takeAway(cpuid: Buffer, name: string): void {
  for (const { leaf, subleaf, register, names } of CPU_FEATURE_WORDS) {
    const bit = names.indexOf(name);
    const found = bit === -1 ? undefined : findLeaf(cpuid, leaf, subleaf);
    const bits = found?.readUInt32LE(CPUID_REGISTER_OFFSETS[register]) ?? 0;
    if (((bits >>> bit) & 1) === 0) continue;
    found?.writeUInt32LE((bits & ~(1 << bit)) >>> 0, CPUID_REGISTER_OFFSETS[register]);
    return;
  }
  throw new VmToolsError({
    code: 'XEN_SIM_CPU',
    kind: 'usage',
    message: `the processors of a simulated host have no feature ${name} that could be taken away`,
    hint: 'aesni, avx, sse4_2, rdrand and xsave are some that they have',
    details: { name },
  });
}
