import { destroyDomain, listDomains } from '@vm-tools/libdomain';
import type { Finding, HealthCheck } from '../health-check.ts';
import { isIdle } from '../is-idle.ts';

/** Domains that have been destroyed, and that Xen cannot let go of: a page of each is still mapped by something. */
export const zombies: HealthCheck = {
  name: 'zombies',
  async look({ host }) {
    const dying = (await listDomains(host)).filter(({ state }) => state === 'dying');
    const found = await Promise.all(
      dying.map(async (domain): Promise<Finding[]> => {
        if (!(await isIdle(host, domain))) return []; // it is being destroyed
        const kinds = await host.store.directory(`/local/domain/${domain.domid}/device`);
        const holders =
          kinds === undefined || kinds.length === 0
            ? 'a backend or a daemon'
            : `the backend of one of its devices (${kinds.join(', ')}), or a daemon,`;
        return [
          {
            about: domain.name || `domain ${domain.domid}`,
            message: `domain ${domain.domid} is dying, and ${holders} still maps ${domain.memoryKib} KiB of it`,
            remedy: 'take its devices away and destroy it again; it goes when what holds it has ended',
            fix: () => destroyDomain(host, domain, { zombieLimitMs: 2_000 }),
          },
        ];
      }),
    );
    return found.flat();
  },
};
