import { requireQemu } from '../../devices/qemu/require-qemu.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/** Looks for the qemu that is to serve devices. */
export const checkQemu: Step<Wanted> = {
  name: 'check-device-model',
  about: () => 'the qemu that is to serve devices is there',
  async run({ config, host }) {
    await requireQemu(host, config);
    return {};
  },
};
