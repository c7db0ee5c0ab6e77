import type { CpuLeaves } from '../xen.ts';
import { CPUID_REGISTER_OFFSETS } from './entries.ts';
import { findLeaf } from './cpu-policy.ts';
import { NO_SUBLEAF } from './feature-words.ts';

/** The leaves whose eax counts others, and what the count begins with. */
const COUNTS = [
  { name: 'basic', leaf: 0, subleaf: NO_SUBLEAF, first: 0 },
  { name: 'features', leaf: 7, subleaf: 0, first: 0 },
  { name: 'extended', leaf: 0x8000_0000, subleaf: NO_SUBLEAF, first: 0x8000_0000 },
] as const;

/** How far the leaves of a policy reach; 0 where it does not say. */
export function cpuLeaves({ cpuid }: { readonly cpuid: Uint8Array }): CpuLeaves {
  const numbers = COUNTS.map(({ name, leaf, subleaf, first }) => {
    const count = findLeaf(cpuid, leaf, subleaf)?.readUInt32LE(CPUID_REGISTER_OFFSETS.a) ?? first;
    return [name, Math.max(count - first, 0)] as const;
  });
  return Object.fromEntries(numbers) as Record<keyof CpuLeaves, number>;
}

/** The same entries, in which no number of leaves is above these; the leaves beyond them stay. */
export function limitLeaves(cpuid: Uint8Array, most: CpuLeaves): Buffer {
  const limited = Buffer.from(cpuid);
  const counts = cpuLeaves({ cpuid });
  for (const { name, leaf, subleaf, first } of COUNTS) {
    const found = findLeaf(limited, leaf, subleaf);
    found?.writeUInt32LE(first + Math.min(counts[name], most[name]), CPUID_REGISTER_OFFSETS.a);
  }
  return limited;
}
