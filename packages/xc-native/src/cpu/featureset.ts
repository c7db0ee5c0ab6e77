import { VmToolsError } from '@vm-tools/errors';
import { CPU_FEATURE_WORDS } from '../versions/index.ts';

const WORD_BYTES = 4;

/** All features that have a name, in the order of Xen's featureset. */
export const CPU_FEATURE_NAMES: readonly string[] = CPU_FEATURE_WORDS.flatMap(({ names }) =>
  names.filter((name) => name !== undefined),
);

/**
 * Features by their names as Xen's featureset: 32 of them a word, little-endian.
 *
 * @throws VmToolsError XEN_CPU_FEATURE of kind usage for a name that is none
 */
export function featuresetOf(features: Iterable<string>): Buffer {
  const wanted = new Set(features);
  const most = Math.max(...CPU_FEATURE_WORDS.map(({ word }) => word));
  const bytes = Buffer.alloc((most + 1) * WORD_BYTES);
  for (const { word, names } of CPU_FEATURE_WORDS) {
    const bits = names.reduce(
      (sum, name, bit) => (name !== undefined && wanted.delete(name) ? sum + 2 ** bit : sum),
      0,
    );
    bytes.writeUInt32LE(bits, word * WORD_BYTES);
  }
  const [unknown] = wanted;
  if (unknown === undefined) return bytes;
  throw new VmToolsError({
    code: 'XEN_CPU_FEATURE',
    kind: 'usage',
    message: `there is no processor feature ${JSON.stringify(unknown.slice(0, 64))}`,
    hint: 'vm-host cpu lists those of this host by their names',
    details: { name: unknown },
  });
}
