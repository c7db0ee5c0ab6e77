import { requireCpuLevel } from '../../cpu/require-cpu-level.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/** Reads which features of the processor the guest may have, and looks for them. @throws DOMAIN_CPU_LACKING */
export const checkCpu: Step<Wanted, Pick<Wanted, 'cpuLevel'>> = {
  name: 'check-cpu',
  about: ({ config: { cpuPolicy, cpuid } = {} }) => {
    const most = typeof cpuPolicy === 'object' ? `${cpuPolicy.features.length} features` : cpuPolicy;
    const wanted = [most, cpuid].filter((part) => part !== undefined);
    return `the processors have what is asked for: ${wanted.join(', ')}`;
  },
  async run({ config: { type, cpuPolicy, cpuid }, host, signal }) {
    return { cpuLevel: await requireCpuLevel(host, { type, cpuPolicy, cpuid }, signal) };
  },
};
