import { asWait, type CommandSpec, WAIT, type WaitInput } from '@vm-tools/cli';

export interface DetachInput extends WaitInput {
  /** domains, and behind them the kind and the device */
  readonly domain: readonly string[];
  readonly force?: boolean;
  /** milliseconds */
  readonly timeout?: number;
}

export const command: CommandSpec = {
  name: 'vm-detach',
  summary: 'takes a disk or a network device away from a running domain',
  arguments: [
    {
      name: '<domain...>',
      description:
        'name, domid or UUID; behind it disk or network, and the device: a disk by its name or number, xvdb or 51728; a network device by its address or number; several domains are asked together',
      completes: ['<domain>', 'disk', 'network'],
    },
  ],
  options: [
    { flags: '-f, --force', description: 'take it away without asking the guest, which may be using it' },
    {
      flags: '--timeout <time>',
      description: 'how long the guest may take to let go of it (default: 10)',
      ...asWait,
    },
    WAIT,
  ],
  examples: [
    { command: 'vm-detach web1 disk xvdb', effect: 'ask web1 to let go of it, and take it away' },
    { command: 'vm-detach web1 network 00:16:3e:12:34:56', effect: 'the same with a network device' },
    { command: 'vm-detach web1 network 1', effect: 'by its number' },
    { command: 'vm-detach web1 web2 disk xvdc', effect: 'each of them loses its own' },
    { command: 'vm-detach web1 disk xvdb --force', effect: 'whether web1 uses it or not' },
  ],
  notes: [
    'A guest that does not let go in time keeps the device. It has been asked, and may still let go; asking again waits again.',
  ],
};
