import { asWait, type CommandSpec } from '@vm-tools/cli';

export interface AttachInput {
  /** domains, and behind them the kind and the words of the device */
  readonly domain: readonly string[];
  readonly change?: boolean;
  readonly wait?: boolean;
  /** milliseconds */
  readonly timeout?: number;
}

export const command: CommandSpec = {
  name: 'vm-attach',
  summary: 'gives a running domain a disk or a network device',
  arguments: [
    {
      name: '<domain...>',
      description:
        "name, domid or UUID; behind it disk or network, and then the device in xl's syntax, as in a configuration: several words count as one with commas; several domains get one each",
      completes: ['<domain>', 'disk', 'network'],
    },
  ],
  options: [
    { flags: '--change', description: 'put another disc into a cdrom drive that it has' },
    {
      flags: '-w, --wait',
      description: 'return when the guest uses it; if another tool works on the domain, wait for that first',
    },
    {
      flags: '--timeout <time>',
      description: 'with --wait: how long the guest may take (default: 60); the device stays',
      ...asWait,
    },
  ],
  examples: [
    {
      command: 'vm-attach web1 disk /srv/data.qcow2,qcow2,xvdb,w',
      effect: 'web1 has it as /dev/xvdb from now on',
    },
    { command: 'vm-attach web1 disk /dev/vg/data raw xvdc r', effect: 'the same with a volume, read only' },
    {
      command: 'vm-attach web1 disk /iso/2.iso,raw,xvdc,cdrom --change',
      effect: 'the drive xvdc has another disc',
    },
    { command: 'vm-attach web1 network', effect: 'on xenbr0, with an address that is made up' },
    {
      command: 'vm-attach web1 network bridge=br1,mac=00:16:3e:12:34:56 --wait',
      effect: 'and return when the guest has connected it',
    },
    { command: 'vm-attach web1 web2 disk /iso/2.iso,raw,xvdc,cdrom', effect: 'both can read it' },
  ],
  notes: [
    'The device is kept with the domain: it is there after a save, a migration and a restart.',
    'A disk has one writer: of several domains the second does not get one that the first may write to. Behind the first domain the words disk and network are no domains: name those that are called so by domid.',
  ],
};
