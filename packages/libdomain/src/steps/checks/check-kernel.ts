import { requireStartable } from '../../places/index.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/** Looks at kernel and ramdisk before there is a domain: libxc would say no more than "no loader found". */
export const checkKernel: Step<Wanted> = {
  name: 'check-kernel',
  about: ({ config }) => `${config?.kernel} can start as ${config?.type}`,
  async run({ config }) {
    await requireStartable(config);
    return {};
  },
};
