import type { CpuidRegister } from './feature-words.ts';

// The stream of a saved domain has these two structs, too, so they are the same in every version of Xen.

/** Bytes of xen_cpuid_leaf_t. */
export const LEAF_BYTES = 24;
/** Bytes of xen_msr_entry_t. */
export const MSR_BYTES = 16;

/** The offsets of the registers in a xen_cpuid_leaf_t, in bytes, behind leaf and subleaf. */
export const CPUID_REGISTER_OFFSETS: Readonly<Record<CpuidRegister, number>> = { a: 8, b: 12, c: 16, d: 20 };
