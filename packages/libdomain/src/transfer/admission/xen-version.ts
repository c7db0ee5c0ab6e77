import { VmToolsError } from '@vm-tools/errors';
import type { XenVersion } from '@vm-tools/xc-native';

/**
 * A Xen reads the images of the same release and of older ones; what a newer one writes, it may not know.
 *
 * @param theirs e.g. "4.17.7"
 * @throws VmToolsError DOMAIN_XEN_OLDER, DOMAIN_XEN_UNKNOWN of kind peer
 */
export function requireSameOrNewer(ours: XenVersion, theirs: string): void {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})(?!\d)/.exec(theirs) ?? [];
  if (major === undefined || minor === undefined) {
    throw new VmToolsError({
      code: 'DOMAIN_XEN_UNKNOWN',
      kind: 'peer',
      message: `the sending host does not say which Xen it has, but ${JSON.stringify(theirs)}`,
      hint: 'bring vm-tools there up to date',
      details: { theirs },
    });
  }
  if (ours.major > Number(major) || (ours.major === Number(major) && ours.minor >= Number(minor))) return;
  const here = `${ours.major}.${ours.minor}${ours.extra}`;
  throw new VmToolsError({
    code: 'DOMAIN_XEN_OLDER',
    kind: 'peer',
    message: `this host has Xen ${here}, which cannot be relied on to read what Xen ${theirs} writes`,
    hint: `bring Xen here to ${major}.${minor} or later, or move the domain to a host that has it`,
    details: { ours: here, theirs },
  });
}
