import { VmToolsError } from '@vm-tools/errors';
import { CPU_FEATURE_NAMES, type CpuLeaves } from '@vm-tools/xc-native';
import type { CpuDocument } from './cpu-document.ts';
import { GATHERED, SAY_NOTHING } from './say-nothing.ts';

/** A document and the name of its file. */
export interface NamedCpu {
  readonly file: string;
  readonly document: CpuDocument;
}

/** What hosts have in common, and what each has beyond that. */
export interface CommonCpu {
  readonly common: CpuDocument;
  readonly beyond: readonly { readonly file: string; readonly features: readonly string[] }[];
}

/**
 * What guests can be told on all of these hosts: with no more than that they can move between them. What Xen gathers
 * over a pool, because it says what only some of its hosts need, is told by one of them for all.
 *
 * @throws VmToolsError CPU_POLICIES_DIFFER of kind usage, with the file that has another vendor, or another type of guest
 */
export function commonCpu(hosts: readonly [NamedCpu, ...NamedCpu[]]): CommonCpu {
  const [{ document: first }] = hosts;
  for (const host of hosts) requireAlike(hosts[0], host);
  const has = hosts.map(({ document }) => new Set(document.features));
  const isSame = (field: 'xen' | 'archCapabilities'): boolean =>
    hosts.every(({ document }) => document[field] === first[field]);
  const isCommon = (name: string): boolean => {
    if (GATHERED.has(name)) return has.some((features) => features.has(name));
    // Without the register that it announces, a guest takes its processor for vulnerable to all that there is.
    return (
      has.every((features) => features.has(name)) && (name !== 'arch_caps' || isSame('archCapabilities'))
    );
  };
  const { xen, archCapabilities, ...rest } = first;
  const features = CPU_FEATURE_NAMES.filter(isCommon);
  const common = {
    ...rest,
    ...(isSame('xen') && xen !== undefined ? { xen } : {}),
    leaves: fewest(hosts.map(({ document }) => document.leaves)),
    ...(isSame('archCapabilities') && archCapabilities !== undefined ? { archCapabilities } : {}),
    features,
  };
  const beyond = hosts.map(({ file, document }) => ({
    file,
    features: document.features.filter((name) => !features.includes(name) && !SAY_NOTHING.has(name)),
  }));
  return { common, beyond };
}

function fewest(all: readonly CpuLeaves[]): CpuLeaves {
  const least = (name: keyof CpuLeaves): number => Math.min(...all.map((leaves) => leaves[name]));
  return { basic: least('basic'), features: least('features'), extended: least('extended') };
}

function requireAlike(first: NamedCpu, other: NamedCpu): void {
  const [ours, theirs] = [first.document, other.document];
  if (theirs.vendor !== ours.vendor)
    throw differ(
      `${other.file} is of processors of ${theirs.vendor}, and ${first.file} of ${ours.vendor}`,
      'compare hosts with processors of one maker: no guest can move to those of another',
      other.file,
    );
  if (theirs.type !== ours.type)
    throw differ(
      `${other.file} is of ${theirs.type} guests, and ${first.file} of ${ours.type} guests`,
      `write each with vm-host cpu --type ${ours.type} --json`,
      other.file,
    );
}

function differ(message: string, hint: string, file: string): VmToolsError {
  return new VmToolsError({ code: 'CPU_POLICIES_DIFFER', kind: 'usage', message, hint, details: { file } });
}
