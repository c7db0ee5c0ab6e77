import { endQemu } from '../../devices/qemu/end.ts';
import { startQemu } from '../../devices/qemu/start.ts';
import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

/** qemu finds the devices that it is to serve in xenstore, so it comes when they stand there. */
export const deviceModel: Step<Wanted & Made> = {
  name: 'device-model',
  about: () => 'start the qemu that serves what the kernel does not',
  async run({ config, domid, host, signal }) {
    await startQemu(host, { ...config, domid }, signal);
    return {};
  },
  undo: ({ domid, host }) => endQemu(host, domid, 'at-once'),
  leaves: ({ domid }) => `the qemu of domain ${domid}`,
};
