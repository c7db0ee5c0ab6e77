import { VmToolsError } from '@vm-tools/errors';
import type { XenVersion } from '@vm-tools/xc-native';

/**
 * A Xen reads the images of the same release and of older ones; what a newer one writes, it may not know.
 *
 * @param theirs e.g. "4.17.7"
 * @throws VmToolsError DOMAIN_XEN_OLDER, DOMAIN_XEN_UNKNOWN of kind peer
 */
export function requireSameOrNewer(ours: XenVersion, theirs: string): void {
  const from = releaseOf(theirs);
  if (from === undefined) {
    throw new VmToolsError({
      code: 'DOMAIN_XEN_UNKNOWN',
      kind: 'peer',
      message: `the sending host does not say which Xen it has, but ${JSON.stringify(theirs)}`,
      hint: 'bring vm-tools there up to date',
      details: { theirs },
    });
  }
  if (aheadOf(ours, from) >= 0) return;
  const here = `${ours.major}.${ours.minor}${ours.extra}`;
  throw new VmToolsError({
    code: 'DOMAIN_XEN_OLDER',
    kind: 'peer',
    message: `this host has Xen ${here}, which cannot be relied on to read what Xen ${theirs} writes`,
    hint: `bring Xen here to ${from.major}.${from.minor} or later, or move the domain to a host that has it`,
    details: { ours: here, theirs },
  });
}

/** What an operator should know before a guest goes to a newer Xen. */
export function noWayBack(ours: XenVersion, theirs: string): string | undefined {
  const from = releaseOf(theirs);
  if (from === undefined || aheadOf(ours, from) <= 0) return undefined;
  return `Xen here is newer (${ours.major}.${ours.minor}): it cannot move back to Xen ${from.major}.${from.minor}`;
}

type Release = Pick<XenVersion, 'major' | 'minor'>;

function releaseOf(version: string): Release | undefined {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})(?!\d)/.exec(version) ?? [];
  return major === undefined || minor === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor) };
}

/** More than 0 when it is newer. */
function aheadOf(one: Release, other: Release): number {
  return one.major - other.major || one.minor - other.minor;
}
