import { asCount, asWait, type CommandSpec } from '@vm-tools/cli';
import { RANGES } from '@vm-tools/words';

/** What the domains can be sorted by. */
export const ORDERS = ['cpu', 'memory', 'network', 'disk', 'name', 'domid'] as const;

export interface TopInput {
  /** milliseconds */
  readonly interval?: number;
  readonly count?: number;
  readonly once?: boolean;
  readonly sort: (typeof ORDERS)[number];
}

export const command: CommandSpec = {
  name: 'vm-top',
  summary: 'shows what the domains of this host use: processors, memory, network and disks',
  options: [
    {
      flags: '-i, --interval <time>',
      description: 'between two looks (default: 2)',
      ...asWait,
    },
    {
      flags: '-n, --count <n>',
      description: 'end after so many looks',
      conflicts: ['once'],
      ...asCount(RANGES.times),
    },
    { flags: '--once', description: 'look once; what a domain does at the moment is not known then' },
    {
      flags: '--sort <by>',
      description: 'the order of the domains, those that use most first',
      choices: ORDERS,
      default: 'cpu',
    },
  ],
  examples: [
    { command: 'vm-top', effect: 'a table that changes every two seconds; q ends it' },
    { command: 'vm-top --once --sort memory', effect: 'one table, and no more' },
    { command: 'vm-top --json -i 10 | jq -c .domains', effect: 'a line of JSON every ten seconds' },
    { command: 'vm-top -n 3 >top.log', effect: 'three tables, one below the other' },
  ],
  notes: [
    'CPU(%) is of one processor: a domain that keeps two of them busy has 200. Network and disk figures are totals of all devices since these were plugged in, as the domain sees them; sectors are of 512 bytes.',
    'With --json every look is one line, and what is not known at the first look is null.',
  ],
};
