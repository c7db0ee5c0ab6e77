import { asWait, type CommandSpec } from '@vm-tools/cli';

export interface RebootInput {
  readonly domain: string;
  /** milliseconds */
  readonly timeout?: number;
}

export const command: CommandSpec = {
  name: 'vm-reboot',
  summary: 'asks a domain to reboot; vm-monitor builds it anew as its on_reboot says',
  arguments: [{ name: '<domain>', description: 'name, domid or UUID' }],
  options: [
    {
      flags: '--timeout <time>',
      description: 'how long its answer may take (default: 60)',
      ...asWait,
    },
  ],
  examples: [{ command: 'vm-reboot web1', effect: 'web1 shuts down and comes back with a new domid' }],
};
