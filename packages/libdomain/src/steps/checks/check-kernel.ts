import { bootOf } from '../../boot/boot-of.ts';
import { requireLoadable } from '../../places/index.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/** Looks at kernel and ramdisk before there is a domain: libxc would say no more than "no loader found". */
export const checkKernel: Step<Wanted> = {
  name: 'check-kernel',
  about: ({ config }) =>
    `${config?.bootloader === undefined ? config?.kernel : 'what was found'} can start as ${config?.type}`,
  async run({ config, fetched }) {
    await requireLoadable(bootOf({ config, fetched }), config.type);
    return {};
  },
};
