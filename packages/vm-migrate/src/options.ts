import {
  asBandwidth,
  asCount,
  asDowntime,
  asWait,
  BWLIMIT,
  type CommandSpec,
  FORM,
  type FormInput,
  WAIT,
  type WaitInput,
} from '@vm-tools/cli';
import { RANGES } from '@vm-tools/words';

export interface MigrateInput extends WaitInput {
  /** domains, and behind them the endpoint */
  readonly domain: readonly string[];
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly bwlimit?: string;
  readonly stopAndCopyBwlimit?: string;
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
  readonly peer?: 'xl';
  /** milliseconds */
  readonly confirmTimeout?: number;
  readonly withParent?: boolean;
}

const STOP_AND_COPY_BWLIMIT = {
  flags: '--stop-and-copy-bwlimit <rate>',
  description: 'the same while a live domain is stopped for its last pages',
  ...asBandwidth,
};

export const command: CommandSpec = {
  name: 'vm-migrate',
  summary: 'moves a running domain to another host, where xfrd listens',
  arguments: [
    {
      name: '<domain...>',
      description:
        'name, domid or UUID, and behind it the endpoint: [tls://]HOST[:PORT], ssh://[USER@]HOST, unix:///PATH or tcp://HOST[:PORT]; several domains are moved one after the other',
      completes: ['<domain>', '<peer>'],
    },
  ],
  options: [
    { flags: '--check', description: 'only check whether it can be moved; change nothing on either host' },
    { flags: '-n, --dry-run', description: 'only print the steps in their order; ask no other host' },
    BWLIMIT,
    { ...STOP_AND_COPY_BWLIMIT, description: `${STOP_AND_COPY_BWLIMIT.description} (default: off)` },
    {
      flags: '--live <when>',
      description: 'whether the domain keeps running while its memory is sent',
      choices: ['auto', 'require', 'never'],
      default: 'auto',
    },
    {
      flags: '--suspend-timeout <time>',
      description: 'how long the domain may take to suspend (default: 60)',
      ...asWait,
    },
    {
      flags: '--max-downtime <ms>',
      description: 'how long the domain may stand still, estimated before each round',
      ...asDowntime,
      default: 300,
    },
    {
      flags: '--deadline <time>',
      description:
        'when the migration must be over, or with force and throttle: when the domain must be stopped',
      ...asWait,
    },
    {
      flags: '--max-rounds <count>',
      description: 'how often memory that it has written meanwhile is sent again (default: 30)',
      ...asCount(RANGES.rounds),
    },
    {
      flags: '--on-no-convergence <action>',
      description:
        'when it writes faster than can be sent: leave it here, stop it anyway, or slow it down first',
      choices: ['abort', 'force', 'throttle'],
      default: 'force',
    },
    {
      flags: '--confirm-timeout <time>',
      description:
        'how long the other host is asked, once it was to start the domain and the connection is lost (default: 120)',
      ...asWait,
    },
    {
      flags: '--with-parent',
      description: 'give the migration up when the process that has started this one ends',
    },
    {
      flags: '--insecure',
      description: 'allow tcp://, which is neither encrypted nor authenticated; xfrd must allow it, too',
    },
    {
      flags: '--peer <kind>',
      description: 'a host that has only xl: it is called by ssh, and xl migrate-receive is run there',
      choices: ['xl'],
      conflicts: ['dryRun'],
    },
    WAIT,
  ],
  examples: [
    { command: 'vm-migrate web1 b --check', effect: 'show what would prevent it' },
    { command: 'vm-migrate web1 b', effect: 'move web1 to host b' },
    { command: 'vm-migrate web1 web2 b', effect: 'move both, one after the other' },
    { command: 'vm-migrate web1 b:8003 --bwlimit 10M', effect: 'with at most 10 MiB/s' },
    {
      command: 'vm-migrate web1 b --bwlimit "08:00,20M 20:00,off"',
      effect: 'with at most 20 MiB/s by day',
    },
    { command: 'vm-migrate web1 ssh://root@b', effect: 'through ssh, which starts xfrd there' },
    { command: 'vm-migrate web1 ssh://root@b --peer xl', effect: 'to a host that has only xl' },
    {
      command: 'vm-migrate web1 b --max-downtime 100 --on-no-convergence abort',
      effect: 'move it only if it stands still for at most 100 ms',
    },
    { command: 'vm-migrate web1 b --json | jq .downtimeMs', effect: 'print how long it stood still' },
  ],
  notes: [
    'A plain HOST is called over TLS, and both hosts must trust each other: xfrd init, xfrd trust. tcp:// is neither encrypted nor authenticated and needs --insecure on both hosts: use it only on loopback or on a network that you trust.\nUntil the other host has the whole domain, any failure, and Ctrl-C, leaves it running here: any exit status but 0 and 9. After 9 it is unknown which host runs it; it stands still here, in memory and whole, until vm-migrate resolve knows.',
    'With --peer xl the same holds until xl is told to start the domain. Behind that word only the guarantees of xl hold: it keeps no record and cannot be asked. After status 9 find out whether the domain runs there, and say it: vm-migrate resolve TRANSFER --owner there, or here.',
  ],
};

export interface ReceiveInput extends WaitInput {
  readonly peer: 'xl';
  readonly paused?: boolean;
  readonly bwlimit?: string;
}

export const receiveCommand: CommandSpec = {
  name: 'receive',
  summary:
    'takes a domain from xl migrate on another host, in place of xl migrate-receive; other hosts: xfrd',
  options: [
    {
      flags: '--peer <kind>',
      description: 'what is at the other end of stdin and stdout',
      choices: ['xl'],
      mandatory: true,
    },
    { flags: '-p, --paused', description: 'leave it paused; vm-unpause resumes it' },
    BWLIMIT,
    WAIT,
  ],
  examples: [
    {
      command: 'vm-migrate receive --peer xl',
      effect: 'on the other host: xl migrate -s "" web1 "ssh b vm-migrate receive --peer xl"',
    },
  ],
  notes: [
    'Its disks, bridges and other devices must be allowed to peers here: /etc/vm-tools/places.json. Until xl says to start it, any failure leaves nothing of it here, and it runs on where it was. Behind that word only the guarantees of xl hold.',
  ],
};

export interface ListInput extends FormInput {
  readonly all?: boolean;
}

export const listCommand: CommandSpec = {
  name: 'list',
  summary: 'lists the transfers of this host that have not ended',
  options: [FORM, { flags: '--all', description: 'also those that have ended; they are kept for a week' }],
  examples: [
    { command: 'vm-migrate list', effect: 'transfers under way, with their progress, and those in doubt' },
    { command: 'vm-migrate list --all', effect: 'also the ended ones' },
  ],
};

export interface StatusInput {
  readonly transfer?: string;
  readonly watch?: boolean;
}

const transfer = 'id of a transfer, or as much of it as no other one has';

export const statusCommand: CommandSpec = {
  name: 'status',
  summary: 'shows what is known of a transfer, here and at the other end, and changes nothing',
  arguments: [{ name: '[transfer]', description: `${transfer}; without it: all that have not ended` }],
  options: [{ flags: '--watch', description: 'show its progress until it ends' }],
  examples: [
    { command: 'vm-migrate status 3f2a', effect: 'its journal, and what the other end says' },
    {
      command: 'vm-migrate status 3f2a --watch',
      effect: 'follow it; Ctrl-C stops watching, the transfer continues',
    },
  ],
};

export interface CancelInput {
  readonly transfer: string;
}

export const cancelCommand: CommandSpec = {
  name: 'cancel',
  summary: 'cancels a transfer that is under way: the domain keeps running where it was',
  arguments: [{ name: '<transfer>', description: transfer }],
  examples: [{ command: 'vm-migrate cancel 3f2a', effect: 'returns once everything is undone' }],
  notes: [
    'It works on either host: xfrd cancels what it receives. Once the domain belongs to the other host it is too late, and cancel fails.',
  ],
};

export interface SetInput {
  readonly transfer: string;
  readonly bwlimit?: string;
  readonly stopAndCopyBwlimit?: string;
  /** milliseconds */
  readonly maxDowntime?: number;
  readonly onNoConvergence?: 'abort' | 'force' | 'throttle';
}

export const setCommand: CommandSpec = {
  name: 'set',
  summary: 'changes the limits of a transfer while it runs',
  arguments: [{ name: '<transfer>', description: transfer }],
  options: [
    BWLIMIT,
    STOP_AND_COPY_BWLIMIT,
    {
      flags: '--max-downtime <ms>',
      description: 'how long the domain may stand still; from the next round on',
      ...asDowntime,
    },
    {
      flags: '--on-no-convergence <action>',
      description: 'when it writes faster than can be sent; from the next round on',
      choices: ['abort', 'force', 'throttle'],
    },
  ],
  examples: [
    { command: 'vm-migrate set 3f2a --bwlimit 20M', effect: 'from now on at most 20 MiB/s' },
    { command: 'vm-migrate set 3f2a --max-downtime 500', effect: 'it may stand still for longer' },
  ],
  notes: [
    'The host that receives the domain has a limit of its own, which is set there in the same way: --bwlimit only.',
  ],
};

export interface ResolveInput {
  readonly transfer: string;
  readonly owner?: 'here' | 'there';
  readonly fenced?: string;
  /** milliseconds */
  readonly wait?: number;
}

export const resolveCommand: CommandSpec = {
  name: 'resolve',
  summary: 'finishes a transfer after a crash or a broken link, by asking the other end',
  arguments: [{ name: '<transfer>', description: transfer }],
  options: [
    {
      flags: '--owner <side>',
      description: 'which side gets the domain; only where the other end can never be asked again',
      choices: ['here', 'there'],
    },
    {
      flags: '--fenced <peer>',
      description: 'with --owner here: the host at the other end was switched off',
      completes: ['<peer>'],
    },
    {
      flags: '--wait <time>',
      description: 'how long the other end is asked (default: 15)',
      ...asWait,
    },
  ],
  examples: [
    { command: 'vm-migrate resolve 3f2a', effect: 'ask, and do what the answer says' },
    { command: 'vm-migrate resolve 3f2a --owner here', effect: 'the other host is permanently lost' },
    {
      command: 'vm-migrate resolve 3f2a --owner here --fenced b',
      effect: 'host b was switched off; the domain may have run there until then',
    },
  ],
  notes: [
    'It is safe to repeat; xfrd does the same by itself every minute.\nA wrong --owner starts a second copy of the domain: look at the other host first.',
    'With --owner here the copy that waits here runs on. With --fenced it is removed: the domain may have run at the other host, and its disks would be newer than this memory. Create it again then. --fenced is refused while that host answers, and is kept in the journal.',
  ],
};

export interface ForgetInput {
  readonly transfer: string;
}

export const forgetCommand: CommandSpec = {
  name: 'forget',
  summary: 'removes the journals of transfers that have ended',
  arguments: [
    { name: '<transfer>', description: 'its id, or the UUID of a domain for all of its transfers' },
  ],
  examples: [
    { command: 'vm-migrate forget 3f2a', effect: 'that one' },
    {
      command: 'vm-migrate forget 8e9d3565-40eb-48ed-84c9-fe707892d93d',
      effect: 'all of this domain: its attempts are counted from 1 again',
    },
  ],
  notes: ['A transfer that has not ended is kept: vm-migrate resolve ends it.'],
};

export interface WhereInput extends FormInput {
  readonly domain: string;
  readonly peer?: readonly string[];
  /** milliseconds */
  readonly wait?: number;
}

export const whereCommand: CommandSpec = {
  name: 'where',
  summary: 'asks this host and all that it knows for a domain, so that no second copy of it is started',
  arguments: [
    { name: '<domain>', description: 'its name or UUID' },
    { name: '[peer...]', description: 'the hosts that are asked (default: those of xfrd peers)' },
  ],
  options: [
    FORM,
    { flags: '--wait <time>', description: 'how long each host is asked (default: 10)', ...asWait },
  ],
  examples: [
    {
      command: 'vm-migrate where web1',
      effect: 'a line for each host: running, coming, absent, not reached, …',
    },
    { command: 'vm-migrate where web1 --json', effect: 'for programs: it is nowhere when "nowhere" is true' },
  ],
  notes: [
    'Exit status 6: one was not reached, and may have it.',
    'A domain is asked for by its UUID where it has one in its configuration: a second copy under the same name has another.',
  ],
};

export interface SettleInput {
  readonly domain: string;
  /** milliseconds */
  readonly within?: number;
}

export const settleCommand: CommandSpec = {
  name: 'settle',
  summary:
    'brings all transfers of a domain to their end: those that can still be given up are, the others are resolved',
  arguments: [{ name: '<domain>', description: 'its name or UUID' }],
  options: [
    { flags: '--within <time>', description: 'how long the other end is asked (default: 60)', ...asWait },
  ],
  examples: [
    {
      command: 'vm-migrate settle web1 --within 30s',
      effect: 'behind it web1 is here, or at another host for good',
    },
  ],
  notes: ['Exit status 9: the other end has not said by then where the domain is.'],
};
