import type { Machine } from '../machine/index.ts';
import type { ErrnoName } from '../machine/strerror.ts';
import { errnoOf } from './call-log.ts';

/**
 * xc_domain_populate_physmap_exact. Xen populates what it can and says how much that was; libxc calls anything less
 * than all of it EBUSY, whatever the cause.
 *
 * @returns the errno that libxc leaves, or undefined when all pages are there
 */
export function populateExact(
  machine: Machine,
  domid: number,
  startGfn: number,
  count: number,
): ErrnoName | undefined {
  try {
    machine.populate(domid, startGfn, count);
    return undefined;
  } catch (thrown) {
    const errno = errnoOf(thrown);
    return errno === 'ENOMEM' ? 'EBUSY' : errno;
  }
}
