import { parseCount, parseSeconds, type CommandSpec } from '@vm-tools/cli';

export interface MigrateInput {
  readonly domain: string;
  readonly endpoint: string;
  readonly bwlimit?: string;
  /** nothing depends on it yet */
  readonly insecure?: boolean;
  readonly live: 'auto' | 'require' | 'never';
  /** milliseconds */
  readonly suspendTimeout?: number;
  /** milliseconds */
  readonly maxDowntime: number;
  /** milliseconds */
  readonly deadline?: number;
  readonly maxRounds?: number;
  readonly onNoConvergence: 'abort' | 'force' | 'throttle';
}

export const command: CommandSpec = {
  name: 'vm-migrate',
  summary: 'moves a running domain to another host, where xfrd listens',
  arguments: [
    { name: '<domain>', description: 'name, domid or UUID' },
    {
      name: '<endpoint>',
      description: '[tls://]HOST[:PORT], ssh://[USER@]HOST, unix:///PATH or tcp://HOST[:PORT]',
    },
  ],
  options: [
    { flags: '--bwlimit <rate>', description: 'bytes a second at most: 10M, 1.5GiB/s, 100Mbit, off' },
    {
      flags: '--live <when>',
      description: 'whether the domain runs on while its memory is sent',
      choices: ['auto', 'require', 'never'],
      default: 'auto',
    },
    {
      flags: '--suspend-timeout <seconds>',
      description: 'how long the domain may take to suspend (default: 60)',
      parse: parseSeconds,
    },
    {
      flags: '--max-downtime <ms>',
      description: 'how long the domain may stand still, as far as can be foretold',
      parse: parseCount,
      default: 300,
    },
    {
      flags: '--deadline <seconds>',
      description: 'when it is to be over, or with force and throttle: when the domain is to be stopped',
      parse: parseSeconds,
    },
    {
      flags: '--max-rounds <count>',
      description: 'how often what it has written meanwhile is sent again (default: 30)',
      parse: parseCount,
    },
    {
      flags: '--on-no-convergence <action>',
      description:
        'when it writes faster than can be sent: leave it here, stop it all the same, or slow it down first',
      choices: ['abort', 'force', 'throttle'],
      default: 'force',
    },
    {
      flags: '--insecure',
      description: 'says that tcp:// is meant, which a later version takes with nothing less',
    },
  ],
  examples: [
    { command: 'vm-migrate web1 b', effect: 'move web1 to host b' },
    { command: 'vm-migrate web1 b:8003 --bwlimit 10M', effect: 'with at most 10 MiB/s' },
    { command: 'vm-migrate web1 ssh://root@b', effect: 'through ssh, which starts xfrd there' },
    {
      command: 'vm-migrate web1 b --max-downtime 100 --on-no-convergence abort',
      effect: 'only if it need not stand still for longer',
    },
    { command: 'vm-migrate web1 b --json | jq .downtimeMs', effect: 'how long it stood still' },
  ],
  notes: [
    'A host alone is called over TLS, and both must know each other: xfrd init, xfrd trust. tcp:// is neither encrypted nor authenticated: use it on loopback or on a trusted network only.\nUntil the other host has the whole domain any failure, and Ctrl-C, leaves it running here: any exit status but 0 and 9. After 9 nobody has said where it runs; it stands still here, in memory and whole, until vm-migrate resolve knows.',
  ],
};

export interface ListInput {
  readonly all?: boolean;
}

export const listCommand: CommandSpec = {
  name: 'list',
  summary: 'lists the transfers of this host that have not ended',
  options: [{ flags: '--all', description: 'those that have ended, too; they are kept for a week' }],
  examples: [{ command: 'vm-migrate list --all', effect: 'what came and went' }],
};

export interface StatusInput {
  readonly transfer?: string;
}

const transfer = 'id of a transfer, or as much of it as no other one has';

export const statusCommand: CommandSpec = {
  name: 'status',
  summary: 'tells what is known of a transfer, here and at the other end, and changes nothing',
  arguments: [{ name: '[transfer]', description: `${transfer}; without it: all that have not ended` }],
  examples: [{ command: 'vm-migrate status 3f2a', effect: 'its journal, and what the other end says' }],
};

export interface ResolveInput {
  readonly transfer: string;
  readonly owner?: 'here' | 'there';
  /** milliseconds */
  readonly wait?: number;
}

export const resolveCommand: CommandSpec = {
  name: 'resolve',
  summary: 'brings a transfer to its end after a crash or a broken link, by asking the other end',
  arguments: [{ name: '<transfer>', description: transfer }],
  options: [
    {
      flags: '--owner <side>',
      description: 'whose the domain is to be; only where the other end can never be asked again',
      choices: ['here', 'there'],
    },
    {
      flags: '--wait <seconds>',
      description: 'how long the other end is asked (default: 15)',
      parse: parseSeconds,
    },
  ],
  examples: [
    { command: 'vm-migrate resolve 3f2a', effect: 'ask, and do what the answer says' },
    { command: 'vm-migrate resolve 3f2a --owner here', effect: 'the other host has burnt down' },
  ],
  notes: [
    'It may be run as often as one likes; xfrd does the same by itself every minute.\n--owner, said wrongly, makes two copies of the domain run: look at the other host first.',
  ],
};
