import { asCount, type CommandSpec } from '@vm-tools/cli';

export interface ConsoleInput {
  readonly domain: string;
  readonly number?: number;
}

/** As many channels as a configuration may have, after the primary console. */
const NUMBERS = { min: 0, max: 256 } as const;

export const command: CommandSpec = {
  name: 'vm-console',
  summary: 'connects the terminal with the console of a domain; Ctrl-] leaves it',
  arguments: [{ name: '<domain>', description: 'name, domid or UUID' }],
  options: [
    {
      flags: '-n, --number <n>',
      description: 'of the console: 0 is the primary one, 1 the first channel (default: 0)',
      ...asCount(NUMBERS),
    },
  ],
  examples: [
    { command: 'vm-console web1', effect: 'show the console of web1, until Ctrl-] or the end of the domain' },
    { command: 'vm-console 12', effect: 'the same by domid' },
    { command: 'vm-console web1 -n 1', effect: 'its first channel, if that has a terminal' },
  ],
  notes: ['One domain at a time: what is typed goes to one guest.'],
};
