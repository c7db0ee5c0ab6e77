import { describeInterrupted, listDomains, recoverGuest } from '@vm-tools/libdomain';
import type { Finding, HealthCheck } from '../health-check.ts';
import { isIdle } from '../is-idle.ts';

/** Guests that a save or a transfer has left suspended, or slowed down, when it was killed. */
export const interruptedSaves: HealthCheck = {
  name: 'interrupted-saves',
  async look({ host }) {
    const found = await Promise.all(
      (await listDomains(host)).map(async (domain): Promise<Finding[]> => {
        const message = await describeInterrupted(host, domain);
        if (message === undefined || !(await isIdle(host, domain))) return [];
        const remedy = 'let it run on as before';
        return [{ about: domain.name, message, remedy, fix: () => recoverGuest(host, domain) }];
      }),
    );
    return found.flat();
  },
};
