import { asCount, asWait, FORM, type CommandSpec, type FormInput } from '@vm-tools/cli';
import { RANGES } from '@vm-tools/words';

export interface OnInput {
  readonly domain: readonly string[];
  readonly order?: number;
  /** milliseconds */
  readonly delay?: number;
  /** names, with commas between them */
  readonly after?: string;
  readonly atShutdown?: string;
}

export interface OffInput {
  readonly domain: readonly string[];
}

export type ListInput = FormInput;

export const command: CommandSpec = {
  name: 'vm-autostart',
  summary: 'says which domains start with the host, in which order, and how they go down with it',
  examples: [
    { command: 'vm-autostart on web1', effect: 'web1 starts with the host, as it is now' },
    { command: 'vm-autostart on db1 --order 10 --delay 30s', effect: 'before web1, which then waits 30 s' },
    { command: 'vm-autostart list', effect: 'all of them, in their order' },
  ],
  notes: [
    'At the start of the host `vm-host restore` starts them, and before its end `vm-host shutdown` takes them down: the service vm-tools-guests calls both.',
  ],
};

export const on: CommandSpec = {
  name: 'on',
  summary: 'lets domains start with the host',
  arguments: [
    {
      name: '<domain...>',
      description: 'name, domid or UUID of a domain that is here; or a file with its configuration',
      completes: ['<domain>', '<file>'],
    },
  ],
  options: [
    {
      flags: '--order <number>',
      description: 'those of lower numbers start before it and end behind it (default: 100)',
      ...asCount(RANGES.order),
    },
    { flags: '--delay <time>', description: 'how long those behind it wait once it runs', ...asWait },
    {
      flags: '--after <names>',
      description: 'domains that start before it whatever their order: db1,db2',
      completes: ['<domain>'],
    },
    {
      flags: '--at-shutdown <what>',
      description: 'how it goes down with the host: save, shutdown, or move:PEER (default: save)',
      completes: ['save', 'shutdown', 'move:<peer>'],
    },
  ],
  examples: [
    { command: 'vm-autostart on web1', effect: 'web1 starts with the host, as it is now' },
    {
      command: 'vm-autostart on /etc/xen/web1.cfg',
      effect: 'the file is read at each start',
    },
    {
      command: 'vm-autostart on web1 --after db1 --at-shutdown shutdown',
      effect: 'behind db1; it is shut down with the host, not saved',
    },
  ],
  notes: [
    'A domain is kept as it is now, and again each time that it goes down with the host: what vm-set has changed stays. What starts from a file is as the file says.',
    'With move:PEER it is moved as by vm-migrate, and saved where the peer does not take it.',
    'A domain that is moved to another host does not start here any more, until it has come back.',
    'Of a domain that starts with the host already, what is not given stays.',
  ],
};

export const off: CommandSpec = {
  name: 'off',
  summary: 'lets domains start with the host no more; what they are doing now they go on doing',
  arguments: [{ name: '<domain...>', description: 'name or UUID' }],
  examples: [{ command: 'vm-autostart off web1', effect: 'web1 runs on, and is not started again' }],
};

export const list: CommandSpec = {
  name: 'list',
  summary: 'shows what starts with the host, in its order',
  options: [FORM],
  examples: [{ command: 'vm-autostart list --json', effect: 'for programs' }],
};
