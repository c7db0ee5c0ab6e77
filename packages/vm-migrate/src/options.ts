import { parseSeconds, type CommandSpec } from '@vm-tools/cli';

export interface MigrateInput {
  readonly domain: string;
  readonly endpoint: string;
  readonly bwlimit?: string;
  readonly live: 'auto' | 'require' | 'never';
  /** milliseconds */
  readonly suspendTimeout?: number;
}

export const command: CommandSpec = {
  name: 'vm-migrate',
  summary: 'moves a running domain to another host, where xfrd listens',
  arguments: [
    { name: '<domain>', description: 'name, domid or UUID' },
    { name: '<endpoint>', description: 'tcp://HOST:PORT, or HOST for port 8002' },
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
  ],
  examples: [
    { command: 'vm-migrate web1 b', effect: 'move web1 to host b' },
    { command: 'vm-migrate web1 tcp://10.0.0.2:8002 --bwlimit 10M', effect: 'with at most 10 MiB/s' },
    { command: 'vm-migrate web1 b --json | jq .downtimeMs', effect: 'how long it stood still' },
  ],
  notes: [
    'tcp:// is neither encrypted nor authenticated: use it on loopback or on a trusted network only.\nUntil the other host has the whole domain any failure, and Ctrl-C, leaves it running here.',
  ],
};
