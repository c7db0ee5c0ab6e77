/** XEN_CPUID_NO_SUBLEAF: the leaf is one for itself. */
export const NO_SUBLEAF = 0xffff_ffff;

/** eax, ebx, ecx or edx, in which CPUID answers. */
export type CpuidRegister = 'a' | 'b' | 'c' | 'd';

/** 32 features, in a register of what CPUID answers. */
export interface FeatureWord {
  /** its number in Xen's featureset */
  readonly word: number;
  readonly leaf: number;
  readonly subleaf: number;
  readonly register: CpuidRegister;
  /** by bit, as Xen's header calls them, in lower case; undefined where it has no name */
  readonly names: readonly (string | undefined)[];
}

/** @param names by bit, separated by spaces; "-" where a bit has none */
export function word(
  number: number,
  [leaf, subleaf, register]: readonly [number, number, CpuidRegister],
  names: string,
): FeatureWord {
  const bits = names.split(' ').map((name) => (name === '-' ? undefined : name));
  return { word: number, leaf, subleaf, register, names: bits };
}
