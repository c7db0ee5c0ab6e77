import type { CpuPolicy } from '../xen.ts';
import { CPU_FEATURE_WORDS } from '../versions/index.ts';
import { CPUID_REGISTER_OFFSETS, LEAF_BYTES } from './entries.ts';

const VENDOR_LEAF = 0;
const VENDOR_REGISTERS = ['b', 'd', 'c'] as const;

/** The features that are there, as Xen's header calls them, in lower case: "aesni", "avx2". */
export function cpuFeatures({ cpuid }: CpuPolicy): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { leaf, subleaf, register, names } of CPU_FEATURE_WORDS) {
    const bits = findLeaf(cpuid, leaf, subleaf)?.readUInt32LE(CPUID_REGISTER_OFFSETS[register]) ?? 0;
    names.forEach((name, bit) => {
      if (name !== undefined && ((bits >>> bit) & 1) === 1) found.add(name);
    });
  }
  return found;
}

/** The maker of the processor: "GenuineIntel", "AuthenticAMD"; empty when the policy does not say. */
export function cpuVendor({ cpuid }: CpuPolicy): string {
  const leaf = findLeaf(cpuid, VENDOR_LEAF);
  if (leaf === undefined) return '';
  const parts = VENDOR_REGISTERS.map((register) =>
    leaf.toString('latin1', CPUID_REGISTER_OFFSETS[register], CPUID_REGISTER_OFFSETS[register] + 4),
  );
  return parts.join('').replaceAll(/[^ -~]/g, '');
}

/** One leaf, in place; any of its subleaves unless one is asked for. */
export function findLeaf(cpuid: Uint8Array, leaf: number, subleaf?: number): Buffer | undefined {
  const bytes = Buffer.from(cpuid.buffer, cpuid.byteOffset, cpuid.byteLength);
  for (let at = 0; at + LEAF_BYTES <= bytes.length; at += LEAF_BYTES) {
    if (bytes.readUInt32LE(at) !== leaf) continue;
    if (subleaf === undefined || bytes.readUInt32LE(at + 4) === subleaf)
      return bytes.subarray(at, at + LEAF_BYTES);
  }
  return undefined;
}
