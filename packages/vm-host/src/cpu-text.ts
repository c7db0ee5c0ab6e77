import { formatFields } from '@vm-tools/cli';
import type { CommonCpu, CpuDocument } from '@vm-tools/libdomain';
import { CPU_FEATURE_WORDS, NO_SUBLEAF, type FeatureWord } from '@vm-tools/xc-native';

/** Vendor, number of leaves, and the features by the words of CPUID that tell of them. */
export function cpuLines({ vendor, leaves, archCapabilities, features }: CpuDocument): string[] {
  const { basic, features: parts, extended } = leaves;
  const fields = [
    ['vendor', vendor],
    ['leaves', `${basic} basic, ${parts} of features, ${extended} extended`],
    ['arch capabilities', archCapabilities],
    ...CPU_FEATURE_WORDS.map((word) => [placeOf(word), namesIn(word, features)] as const),
  ] as const;
  return formatFields(fields).split('\n');
}

/** What each host has that the others lack. */
export function beyondLines(beyond: CommonCpu['beyond']): string[] {
  return beyond.map(({ file, features }) =>
    features.length === 0 ? `${file} has nothing more` : `${file} has more: ${features.join(' ')}`,
  );
}

/** "7:0 ebx": leaf, subleaf and register. */
function placeOf({ leaf, subleaf, register }: FeatureWord): string {
  return `${leaf.toString(16)}${subleaf === NO_SUBLEAF ? '' : `:${subleaf}`} e${register}x`;
}

function namesIn({ names }: FeatureWord, features: readonly string[]): string | undefined {
  const found = names.filter((name) => name !== undefined && features.includes(name));
  return found.length === 0 ? undefined : found.join(' ');
}
