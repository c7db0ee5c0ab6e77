import { requireSocketFree } from '../../devices/channel-socket.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/** Looks whether the sockets of channels can be made. */
export const checkChannels: Step<Wanted> = {
  name: 'check-channels',
  about: ({ config }) => `the sockets of ${config?.channels.map(({ name }) => name).join(', ')} can be made`,
  async run({ config, host }) {
    for (const channel of config.channels) await requireSocketFree(host, channel);
    return {};
  },
};
