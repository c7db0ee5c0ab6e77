import { asCount, asWait, type CommandSpec } from '@vm-tools/cli';
import { parseDuration, RANGES } from '@vm-tools/words';

export interface EventsInput {
  readonly domain?: readonly string[];
  readonly type?: readonly string[];
  readonly initial?: boolean;
  readonly until?: readonly string[];
  readonly count?: number;
  /** milliseconds */
  readonly poll?: number;
  readonly journald?: boolean;
}

const listOf = (text: string): string[] => text.split(',').map((item) => item.trim());

export const command: CommandSpec = {
  name: 'vm-events',
  summary: 'tells what happens to the domains of this host, as it happens',
  arguments: [
    {
      name: '[domain...]',
      description: 'only these: name, domid or UUID; a name may be of one that is to come',
    },
  ],
  options: [
    {
      flags: '--type <types>',
      description: 'print only events of these types, with commas between',
      parse: listOf,
    },
    { flags: '--initial', description: 'begin with the present state, as events' },
    {
      flags: '--until <types>',
      description: 'end with status 0 at the first event of one of these types, printed or not',
      parse: listOf,
    },
    {
      flags: '-n, --count <n>',
      description: 'end with status 0 after so many events',
      ...asCount(RANGES.times),
    },
    {
      flags: '--poll <time>',
      description: 'how often to look for what Xen does not tell (default: 5); 0: never',
      parse: (text) => parseDuration(text, { ...RANGES.wait, minMs: 0, alone: 's' }),
      doubt: (ms, text) => (ms === 0 ? undefined : asWait.doubt?.(ms, text)),
    },
    {
      flags: '--journald',
      description: 'write the events to the journal of systemd, with fields, in place of stdout',
    },
  ],
  examples: [
    { command: 'vm-events', effect: 'a line for each event, until Ctrl-C' },
    {
      command: 'vm-events web1 --until gone --timeout 60',
      effect: 'wait for the end of web1, at most a minute',
    },
    {
      command: 'vm-events web1 --initial --until started',
      effect: 'wait until web1 runs; at once if it does already',
    },
    { command: 'vm-events --json --type crashed | jq -r .name', effect: 'the names of domains that crash' },
    {
      command: 'systemctl enable --now vm-events; journalctl -f VM_DOMAIN=web1',
      effect: 'all events go to the journal from now on; show those of web1 as they come',
    },
  ],
  notes: [
    'Types: created, arriving (from a peer or a file), started (it runs for the first time), paused, unpaused, asked (a toolstack asks its guest to shut down or to suspend), answered (the guest has taken notice), suspended, resumed, shut-down, crashed, dying, gone, renamed, memory-target, device-added, device-state, device-removed.',
    'xenstore tells of most of these at once. Xen tells nothing of pausing and unpausing: they are looked for at each --poll, and with --poll 0 they are told of only when something else has happened. A domain that has not started yet, is suspended or is dying is looked at more often at first, and then at each --poll, or 5 s.',
    'With --journald each event is an entry of the journal: MESSAGE, a MESSAGE_ID for each type, SYSLOG_IDENTIFIER=vm-events, PRIORITY (3 for a crash, 4 for a watchdog, else 6), VM_DOMAIN, VM_DOMID, VM_UUID, VM_EVENT (the type), and every other field that --json has, as VM_REASON, VM_FROM, VM_TARGET_KIB. Characters that cannot be seen are written as \\u000a. The service vm-events runs "vm-events --journald --initial" where it is enabled: journalctl VM_EVENT=crashed, journalctl VM_DOMAIN=web1 -o json.',
    'With --json every event is one line. A signal ends it with status 0, or if --until or --count is still due, with 130 or 143.',
  ],
};
