import type { CommandSpec } from '@vm-tools/cli';

export interface PauseInput {
  readonly domain: string;
}

export const command: CommandSpec = {
  name: 'vm-pause',
  summary: 'stops the virtual CPUs of a domain; its memory stays',
  arguments: [{ name: '<domain>', description: 'name, domid or UUID' }],
  examples: [
    { command: 'vm-pause web1', effect: 'web1 stands still until vm-unpause' },
    { command: 'vm-pause 12', effect: 'the same by domid' },
  ],
};
