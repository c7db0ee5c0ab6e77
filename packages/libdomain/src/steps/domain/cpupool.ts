import { VmToolsError } from '@vm-tools/errors';
import { requireCpu } from '../../cpupools/move-to-pool.ts';
import { resolvePool } from '../../cpupools/named-pool.ts';
import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

/** Lets a new domain run in the cpupool that is asked for. Xen makes each in the pool of dom0. */
export const newCpupool: Step<Wanted & Made> = {
  name: 'cpupool',
  about: ({ config }) => `in ${config?.pool}`,
  async run({ config: { pool }, domid, host }) {
    if (pool === undefined) return {};
    const found = await resolvePool(host, pool);
    requireCpu(found);
    if (found.id !== 0) await host.xen.cpupoolMovedomain(found.id, domid);
    return {};
  },
};

/** Lets a domain run in the cpupool of the name that it had where it comes from. */
export const cpupool: Step<Wanted & Made> = {
  ...newCpupool,
  async run(made, ...more) {
    try {
      return await newCpupool.run(made, ...more);
    } catch (thrown) {
      if (!(thrown instanceof VmToolsError) || !thrown.code.startsWith('CPUPOOL_')) throw thrown;
      const { name, pool } = made.config;
      throw thrown.with({
        message: `${name} was in the cpupool ${pool}, and the host where it is now has none of that name with a processor: it is in that of dom0`,
        hint: 'move it: vm-cpupool move',
      });
    }
  },
};
