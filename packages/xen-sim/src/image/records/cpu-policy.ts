/** XEN_CPUID_NO_SUBLEAF */
const NO_SUBLEAF = 0xffff_ffff;

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
const MSR_ENTRY_BYTES = 16;

/** The bodies of X86_CPUID_POLICY and X86_MSR_POLICY of a simulated host. */
export function cpuPolicy(): { readonly cpuid: Uint8Array; readonly msrs: Uint8Array } {
  const cpuid = new Uint8Array(Uint32Array.from(LEAVES.flat()).buffer);
  const msrs = Buffer.alloc(MSRS.length * MSR_ENTRY_BYTES);
  MSRS.forEach((index, at) => msrs.writeUInt32LE(index, at * MSR_ENTRY_BYTES));
  return { cpuid, msrs };
}
