import { asCount, asWait, BWLIMIT, type CommandSpec, type OptionSpec } from '@vm-tools/cli';
import { RANGES } from '@vm-tools/words';

export interface CpuInput {
  readonly file?: readonly string[];
  readonly type?: 'pv' | 'pvh';
}

export interface RestoreInput {
  readonly atOnce?: number;
}

export interface ShutdownInput extends RestoreInput {
  readonly otherwise?: 'save' | 'shutdown';
  readonly withXl?: boolean;
  readonly force?: boolean;
  /** milliseconds */
  readonly timeout?: number;
}

export interface EvacuateInput {
  readonly peer: readonly string[];
  readonly only?: string;
  readonly atOnce?: number;
  readonly bwlimit?: string;
  readonly insecure?: boolean;
  readonly withXl?: boolean;
  readonly staysOpen?: boolean;
}

export interface CloseInput {
  readonly because?: string;
}

const AT_ONCE: OptionSpec = {
  flags: '--at-once <number>',
  description: 'how many guests are worked on at the same time (default: 4)',
  ...asCount(RANGES.atOnce),
};
const WITH_XL: OptionSpec = {
  flags: '--with-xl',
  description: 'guests that xl has made, too; they are left alone otherwise',
};
const SHUTTING: readonly OptionSpec[] = [
  {
    flags: '--timeout <time>',
    description: 'how long a guest may take to shut down (default: 60)',
    ...asWait,
  },
  { flags: '--force', description: 'a guest that takes longer is shut down without its help' },
];

export const command: CommandSpec = {
  name: 'vm-host',
  summary: 'tells of hosts, takes their guests down and brings them back',
  examples: [
    { command: 'vm-host info', effect: 'what this host has, and which guests start with it' },
    { command: 'vm-host shutdown', effect: 'guests are saved or shut down, so that the host can be, too' },
    { command: 'vm-host restore', effect: 'they come back, each exactly once' },
    { command: 'vm-host cpu', effect: 'what pvh guests are told of the processors of this host' },
    { command: 'vm-host cpu a.json b.json --json > pool.json', effect: 'what they are told on both hosts' },
  ],
};

export const info: CommandSpec = {
  name: 'info',
  summary: 'shows what this host has, and which guests start with it or were saved with it',
  examples: [{ command: 'vm-host info --json', effect: 'for programs' }],
};

export const shutdown: CommandSpec = {
  name: 'shutdown',
  summary:
    'takes the guests of this host down, each as vm-autostart says, so that the host can be switched off',
  options: [
    {
      flags: '--otherwise <what>',
      description: 'what is done with guests that do not start with the host (default: save)',
      choices: ['save', 'shutdown'],
    },
    WITH_XL,
    AT_ONCE,
    ...SHUTTING,
  ],
  examples: [
    { command: 'vm-host shutdown', effect: 'guests are saved or shut down, those that start last first' },
    { command: 'vm-host shutdown --timeout 5m --force', effect: 'none keeps the host up for longer' },
  ],
  notes: [
    'A guest that cannot be saved, or for which there is no room, is shut down. The host itself stays up.',
    'Images are kept under /var/lib/vm-tools/saved until the guest is back.',
  ],
};

export const save: CommandSpec = {
  name: 'save',
  summary: 'saves all guests of this host, whatever vm-autostart says',
  options: [WITH_XL, AT_ONCE, ...SHUTTING],
  examples: [{ command: 'vm-host save', effect: 'vm-host restore brings all of them back' }],
  notes: ['A guest that cannot be saved, or for which there is no room, is shut down.'],
};

export const restore: CommandSpec = {
  name: 'restore',
  summary: 'brings back what was saved with this host, and starts what starts with it',
  options: [AT_ONCE],
  examples: [{ command: 'vm-host restore', effect: 'each guest comes back exactly once, in its order' }],
  notes: [
    'It may be run again at any time: what is here stays as it is.',
    'An image is used at most once. Where it may not be used any more, because the host crashed while the guest came back, the guest starts anew.',
  ],
};

export const evacuate: CommandSpec = {
  name: 'evacuate',
  summary: 'moves the guests of this host to other hosts, and closes it for others',
  arguments: [{ name: '<peer...>', description: 'hosts, as for vm-migrate; guests are spread over them' }],
  options: [
    {
      flags: '--only <names>',
      description: 'only these guests, where * stands for any letters: web-*,db1',
      completes: ['<domain>'],
    },
    {
      flags: '--at-once <number>',
      description: 'how many are moved at the same time (default: 2)',
      ...asCount(RANGES.atOnce),
    },
    BWLIMIT,
    {
      flags: '--insecure',
      description: 'allow tcp://, over which guests can be read and changed on their way',
    },
    WITH_XL,
    { flags: '--stays-open', description: 'the host may take guests meanwhile and behind it' },
  ],
  examples: [
    { command: 'vm-host evacuate b.example c.example', effect: 'this host can be updated then' },
    { command: "vm-host evacuate b.example --only 'web-*'", effect: 'those alone' },
    { command: 'vm-host open', effect: 'when it is up again, guests may come back' },
  ],
  notes: [
    'Each peer is asked before the first page, and a guest goes to the next one when it is refused. One that no peer takes runs on here; the result says why.',
    '--bwlimit is the limit of all guests together that are under way.',
    'Guests that start with this host do not start here any more, until they have come back.',
  ],
};

export const close: CommandSpec = {
  name: 'close',
  summary: 'lets no guest come to this host any more, by vm-create, vm-restore or a migration',
  options: [{ flags: '--because <words>', description: 'what those are told who try' }],
  examples: [{ command: "vm-host close --because 'new disks on Friday'", effect: 'what is here runs on' }],
};

export const open: CommandSpec = {
  name: 'open',
  summary: 'lets guests come to this host again, behind evacuate or close',
  examples: [{ command: 'vm-host open', effect: 'vm-create, vm-restore and peers may bring guests' }],
};

export const cpu: CommandSpec = {
  name: 'cpu',
  summary: 'prints what guests are told of the processors of this host, or what several hosts have in common',
  arguments: [
    {
      name: '[file...]',
      description: 'what vm-host cpu --json has printed on each of several hosts; - reads stdin',
    },
  ],
  options: [
    { flags: '--type <type>', description: 'of these guests (default: pvh)', choices: ['pv', 'pvh'] },
  ],
  examples: [
    { command: 'vm-host cpu', effect: 'the features of the processor, by their names' },
    { command: 'vm-host cpu --json > a.json', effect: 'as a document for other hosts' },
    { command: 'vm-host cpu a.json b.json', effect: 'what the two have in common, and what each has beyond' },
    {
      command: 'vm-host cpu *.json --json > /etc/vm-tools/pool-cpu.json',
      effect: 'the common part, for guests that shall move between them',
    },
    {
      command: 'vm-create web1.cfg cpu_policy=/etc/vm-tools/pool-cpu.json',
      effect: 'a guest that can move to all of them',
    },
  ],
  notes: [
    'The names are those of Xen, in lower case. With files no Xen is needed, and all must be of processors of one maker and of guests of one type.',
    'What a processor must be told of where any host of the pool needs it, such as md_clear, is in the common part when one host has it, and keeps no guest from moving.',
    'A guest that is told less may lose further features that need a missing one: Xen takes those away by itself.',
  ],
};
