import { CPU_FEATURE_NAMES } from '@vm-tools/xc-native';
import { suggest } from '@vm-tools/words';
import { SpecError } from '../config/xl/spec-error.ts';

/** What of the processor a guest is to have otherwise than its host: features, on or off. */
export type FeatureChanges = ReadonlyMap<string, boolean>;

/** Names of libxl for features that Xen's header calls otherwise. */
const ALIASES: Readonly<Record<string, string>> = {
  aes: 'aesni',
  altmovcr8: 'cr8_legacy',
  clfsh: 'clflush',
  cmplegacy: 'cmp_legacy',
  cmpxchg16: 'cx16',
  cmpxchg8: 'cx8',
  cmt: 'pqm',
  est: 'eist',
  invtsc: 'itsc',
  lahfsahf: 'lahf_lm',
  'lfence+': 'lfence_dispatch',
  nodeid: 'nodeid_msr',
  ppin: 'amd_ppin',
  'sse4.1': 'sse4_1',
  'sse4.2': 'sse4_2',
  sysenter: 'sep',
  tm: 'tm1',
};

/** Names of libxl for numbers, and for bits of which Xen has no feature; `clflush` is a size. */
const OTHERS: ReadonlySet<string> = new Set([
  ...['apicidsize', 'arat', 'brandid', 'clflush', 'cntxid', 'family', 'ia64', 'localapicid', 'maxhvleaf'],
  ...['maxleaf', 'model', 'nc', 'perfctr_core', 'perfctr_nb', 'proccount', 'procpkg', 'psn', 'stepping'],
  ...['svm_decode', 'svm_lbrv', 'svm_npt', 'svm_nrips', 'svm_pausefilt', 'svm_tscrate', 'svm_vmcbclean'],
]);

/** xl knows features by the names of Xen's header, with other dashes. */
const FEATURES: ReadonlyMap<string, string> = new Map([
  ...CPU_FEATURE_NAMES.flatMap((name) => [[name, name] as const, [name.replaceAll('_', '-'), name] as const]),
  ...Object.entries(ALIASES),
]);

/**
 * Reads what xl's `cpuid` has in its newer form: "host,aes=0,umip=1".
 *
 * @throws SpecError CONFIG_INVALID, as xl says it; CONFIG_UNSUPPORTED for what is no feature
 */
export function parseCpuid(text: string): FeatureChanges {
  const [host, ...words] = text.split(',').filter((word) => word !== '');
  const changes = new Map<string, boolean>();
  if (host === undefined) return changes;
  if (host !== 'host') throw new SpecError('first word must be "host"', host, 'write "host," in front of it');
  for (const word of words) {
    const at = word.indexOf('=');
    if (at === -1) throw new SpecError('missing "=" in key=value', word, `write ${word}=0 to turn it off`);
    const feature = featureOf(word.slice(0, at));
    const value = valueOf(word.slice(at + 1), word);
    if (value === undefined) changes.delete(feature);
    else changes.set(feature, value);
  }
  return changes;
}

/** As xl reads it, in the order of Xen's featureset. */
export function formatCpuid(changes: FeatureChanges): string {
  const words = CPU_FEATURE_NAMES.flatMap((name) => {
    const value = changes.get(name);
    return value === undefined ? [] : [`${xlName(name)}=${value ? 1 : 0}`];
  });
  return ['host', ...words].join(',');
}

/** These features, changed; in the order of Xen's featureset. */
export function withChanges(features: readonly string[], changes: FeatureChanges): readonly string[] {
  return CPU_FEATURE_NAMES.filter((name) => changes.get(name) ?? features.includes(name));
}

function xlName(feature: string): string {
  return feature === 'clflush' ? 'clfsh' : feature.replaceAll('_', '-');
}

function featureOf(name: string): string {
  if (OTHERS.has(name))
    throw new SpecError('no feature of a processor', name, 'leave it out', 'CONFIG_UNSUPPORTED');
  const feature = FEATURES.get(name);
  if (feature !== undefined) return feature;
  const meant = suggest(name, [...FEATURES.keys()]);
  throw new SpecError(
    'unknown CPUID flag name',
    name,
    meant === undefined ? 'leave it out' : `did you mean ${meant}?`,
  );
}

/** @returns undefined for what is as with every guest */
function valueOf(value: string, word: string): boolean | undefined {
  if (value === '0' || value === '1') return value === '1';
  if (value === 'x') return undefined;
  if (value === 'k' || value === 's')
    throw new SpecError(
      'the value of the host itself cannot be had',
      word,
      'write 0, 1 or x',
      'CONFIG_UNSUPPORTED',
    );
  throw new SpecError('illegal CPUID value (must be: [0|1|x|k|s])', word, 'write 0, 1 or x');
}
