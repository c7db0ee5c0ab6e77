import { requireCpuLevel } from '../../cpu/require-cpu-level.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/** Reads which features of the processor the guest may have, and looks for them. @throws DOMAIN_CPU_LACKING */
export const checkCpu: Step<Wanted, Pick<Wanted, 'cpuLevel'>> = {
  name: 'check-cpu',
  about: ({ config }) =>
    `the processors have the features ${typeof config?.cpuPolicy === 'string' ? `of ${config.cpuPolicy}` : 'that are asked for'}`,
  async run({ config: { type, cpuPolicy }, host, signal }) {
    return cpuPolicy === undefined
      ? {}
      : { cpuLevel: await requireCpuLevel(host, { type, cpuPolicy }, signal) };
  },
};
