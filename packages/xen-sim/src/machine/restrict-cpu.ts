import {
  CPU_FEATURE_WORDS,
  CPUID_REGISTER_OFFSETS,
  featuresetOf,
  findLeaf,
  limitLeaves,
  type CpuPolicy,
  type CpuPolicyOptions,
} from '@vm-tools/xc-native';

const WORD_BYTES = 4;

/**
 * What a guest gets that is to have no more than this. Of features that need others libxc and Xen have a table; here
 * each stands for itself.
 *
 * @throws VmToolsError XEN_CPU_FEATURE
 */
export function restrictCpu(
  host: CpuPolicy,
  { features, leaves }: Pick<CpuPolicyOptions, 'features' | 'leaves'>,
): CpuPolicy {
  const cpuid = Buffer.from(host.cpuid);
  if (features !== undefined) keepFeatures(cpuid, featuresetOf(features));
  return { ...host, cpuid: leaves === undefined ? cpuid : limitLeaves(cpuid, leaves) };
}

function keepFeatures(cpuid: Buffer, featureset: Buffer): void {
  for (const { word, leaf, subleaf, register } of CPU_FEATURE_WORDS) {
    const [found, at] = [findLeaf(cpuid, leaf, subleaf), CPUID_REGISTER_OFFSETS[register]];
    const bits = featureset.readUInt32LE(word * WORD_BYTES);
    found?.writeUInt32LE((found.readUInt32LE(at) & bits) >>> 0, at);
  }
}
