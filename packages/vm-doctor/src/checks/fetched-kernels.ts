import { listFetched } from '@vm-tools/libdomain';
import type { Finding, HealthCheck } from '../health-check.ts';
import { isIdle } from '../is-idle.ts';

/** Kernels that a bootloader has fetched for guests whose vm-create was killed. */
export const fetchedKernels: HealthCheck = {
  name: 'fetched-kernels',
  async look({ host }) {
    const found = await Promise.all(
      (await listFetched(host)).map(async ({ path, uuid, remove }): Promise<Finding[]> => {
        if (!(await isIdle(host, { uuid }))) return [];
        const message = 'it has the kernel of a guest whose start broke off';
        return [{ about: path, message, remedy: 'remove it', fix: remove }];
      }),
    );
    return found.flat();
  },
};
