import { listRemains, removeRemains } from '@vm-tools/libdomain';
import type { Finding, HealthCheck } from '../health-check.ts';
import { isIdle } from '../is-idle.ts';

/** Domains that Xen does not have any more, and of which a toolstack that was killed has left something. */
export const goneDomains: HealthCheck = {
  name: 'gone-domains',
  async look({ host }) {
    const found: Finding[] = [];
    // One after the other: several may be of one UUID, and so have one lock.
    for (const remains of await listRemains(host)) {
      if (!(await isIdle(host, remains))) continue;
      found.push({
        about: `domain ${remains.domid}`,
        message: `it is gone, and there is still ${remains.what.join(' and ')}`,
        remedy: 'remove that',
        fix: () => removeRemains(host, remains),
      });
    }
    return found;
  },
};
