import { CPU_FEATURE_NAMES, type CpuLeaves } from '@vm-tools/xc-native';
import * as z from 'zod';

/** All that a guest may be told of its processor: with less than its host has, it can move to hosts that have less. */
export interface CpuLevel {
  /** by the names of Xen's header in lower case, in the order of its featureset */
  readonly features: readonly string[];
  /** @default as far as those of the host */
  readonly leaves?: CpuLeaves;
}

/** More than there are features. */
const MOST_FEATURES = 1024;
const BITS_32 = 0xffff_ffff;
const BITS_31 = 0x7fff_ffff;

const KNOWN: ReadonlySet<string> = new Set(CPU_FEATURE_NAMES);

export const cpuFeatureNames = z
  .array(z.string('must be a list of names'), 'must be a list of names')
  .min(1, 'must name one at least')
  .max(MOST_FEATURES, `must not have more than ${MOST_FEATURES}`)
  .superRefine((names, context) => {
    const unknown = names.filter((name) => !KNOWN.has(name));
    if (unknown.length > 0)
      context.addIssue({ code: 'custom', message: `has no feature of a processor in ${shown(unknown)}` });
  })
  .transform((names) => CPU_FEATURE_NAMES.filter((name) => names.includes(name)))
  .readonly();

const number = (most: number): z.ZodInt =>
  z.int('must be a number of leaves').min(0, 'must be 0 or more').max(most, `must be ${most} or less`);

export const cpuLeafNumbers = z
  .strictObject({ basic: number(BITS_32), features: number(BITS_32), extended: number(BITS_31) })
  .readonly();

export const cpuLevel = z
  .strictObject({ features: cpuFeatureNames, leaves: z.exactOptional(cpuLeafNumbers) })
  .readonly();

function shown(names: readonly string[]): string {
  const some = names.slice(0, 4).map((name) => JSON.stringify(name.slice(0, 40)));
  return `${some.join(', ')}${names.length > 4 ? ', …' : ''}`;
}
