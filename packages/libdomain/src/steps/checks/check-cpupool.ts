import { requireCpu } from '../../cpupools/move-to-pool.ts';
import { resolvePool } from '../../cpupools/named-pool.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/** Looks for the cpupool that is asked for. @throws CPUPOOL_UNKNOWN, CPUPOOL_NEEDS_CPU */
export const checkCpupool: Step<Wanted> = {
  name: 'check-cpupool',
  about: ({ config }) => `the cpupool ${config?.pool} is there, and has a processor`,
  async run({ config: { pool }, host }) {
    if (pool !== undefined) requireCpu(await resolvePool(host, pool));
    return {};
  },
};
