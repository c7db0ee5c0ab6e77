import { requireBridge } from '../../devices/require/require-bridge.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/** Looks for the bridges of all network devices. */
export const checkNetworks: Step<Wanted> = {
  name: 'check-networks',
  about: () => 'the bridges of its network devices are there',
  async run({ config, host }) {
    for (const network of config.networks) await requireBridge(host, network);
    return {};
  },
};
