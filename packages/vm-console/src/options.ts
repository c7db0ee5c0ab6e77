import type { CommandSpec } from '@vm-tools/cli';

export interface ConsoleInput {
  readonly domain: string;
}

export const command: CommandSpec = {
  name: 'vm-console',
  summary: 'connects the terminal with the console of a domain; Ctrl-] leaves it',
  arguments: [{ name: '<domain>', description: 'name, domid or UUID' }],
  examples: [
    { command: 'vm-console web1', effect: 'show the console of web1, until Ctrl-] or the end of the domain' },
    { command: 'vm-console 12', effect: 'the same by domid' },
  ],
};
