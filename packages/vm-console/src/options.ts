import { asCount, type CommandSpec } from '@vm-tools/cli';
import { RANGES } from '@vm-tools/words';

export interface ConsoleInput {
  readonly domain: string;
  readonly number?: number;
  readonly log?: boolean;
  readonly lines?: number;
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
      conflicts: ['log'],
    },
    {
      flags: '--log',
      description:
        'print what its primary console has said so far, also of a domain that is gone, by its name',
    },
    { flags: '--lines <n>', description: 'with --log: the last lines alone', ...asCount(RANGES.times) },
  ],
  examples: [
    { command: 'vm-console web1', effect: 'show the console of web1, until Ctrl-] or the end of the domain' },
    { command: 'vm-console 12', effect: 'the same by domid' },
    { command: 'vm-console web1 --log --lines 50', effect: 'its last words, after it has crashed' },
    { command: 'vm-console web1 -n 1', effect: 'its first channel, if that has a terminal' },
  ],
  notes: [
    'One domain at a time: what is typed goes to one guest.',
    'What a guest says is kept by xenconsoled, from its birth on, where that was started with --log=guest: on Debian by XENCONSOLED_ARGS=--log=guest in /etc/default/xen. --log prints the last MiB of it; what a terminal would obey is shown escaped.',
  ],
};
