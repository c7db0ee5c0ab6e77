import { destroyDomain, incomingTransfer, listDomains } from '@vm-tools/libdomain';
import type { Finding, HealthCheck } from '../health-check.ts';
import { isIdle } from '../is-idle.ts';

/** Domains that were being received, of whose transfer no journal knows and no process lives. */
export const incomingDomains: HealthCheck = {
  name: 'incoming-domains',
  async look({ host }) {
    const found = await Promise.all(
      (await listDomains(host)).map(async (domain): Promise<Finding[]> => {
        const transfer = await incomingTransfer(host, domain);
        if (transfer === undefined || !(await isIdle(host, domain))) return [];
        return [
          {
            about: domain.name || `domain ${domain.domid}`,
            message: `it was being received by transfer ${transfer}, which is not under way any more`,
            remedy: 'remove what has come of it; see first that it runs where it came from',
            mayEndGuest: true,
            fix: () => destroyDomain(host, domain),
          },
        ];
      }),
    );
    return found.flat();
  },
};
