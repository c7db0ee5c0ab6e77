import { ALL, type AllInput, asWait, type CommandSpec, WAIT, type WaitInput } from '@vm-tools/cli';

export interface RebootInput extends WaitInput, AllInput {
  /** milliseconds */
  readonly timeout?: number;
}

export const command: CommandSpec = {
  name: 'vm-reboot',
  summary: 'asks a domain to reboot; vm-monitor rebuilds it as its on_reboot says',
  arguments: [{ name: '[domain...]', description: 'name, domid or UUID; several are asked together' }],
  options: [
    {
      flags: '--timeout <time>',
      description: 'how long its answer may take (default: 60)',
      ...asWait,
    },
    WAIT,
    ALL,
  ],
  examples: [
    { command: 'vm-reboot web1', effect: 'web1 shuts down and comes back with a new domid' },
    { command: 'vm-reboot web1 web2', effect: 'both of them' },
  ],
};
