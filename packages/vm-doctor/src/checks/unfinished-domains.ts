import { destroyDomain, listUnfinished } from '@vm-tools/libdomain';
import type { Finding, HealthCheck } from '../health-check.ts';
import { isIdle } from '../is-idle.ts';

/** Domains that were being made or restored when the process that made them was killed. They have never run. */
export const unfinishedDomains: HealthCheck = {
  name: 'unfinished-domains',
  async look({ host }) {
    const found = await Promise.all(
      (await listUnfinished(host)).map(async (domain): Promise<Finding[]> => {
        if (!(await isIdle(host, domain))) return [];
        return [
          {
            about: domain.name || `domain ${domain.domid}`,
            message: `domain ${domain.domid} was being made when that broke off, and has not run`,
            remedy: 'remove what there is of it',
            // One without nodes may be what another toolstack has begun a moment ago.
            mayEndGuest: domain.name === '',
            fix: () => destroyDomain(host, domain),
          },
        ];
      }),
    );
    return found.flat();
  },
};
