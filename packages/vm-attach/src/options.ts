import { asWait, type CommandSpec } from '@vm-tools/cli';

export interface AttachInput {
  readonly domain: string;
  readonly kind: string;
  readonly words: readonly string[];
  readonly change?: boolean;
  readonly wait?: boolean;
  /** milliseconds */
  readonly timeout?: number;
}

export const command: CommandSpec = {
  name: 'vm-attach',
  summary: 'gives a running domain a disk or a network device',
  arguments: [
    { name: '<domain>', description: 'name, domid or UUID' },
    { name: '<kind>', description: 'disk or network' },
    {
      name: '[words...]',
      description: "the device in xl's syntax, as in a configuration; several words count as one with commas",
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
  ],
  notes: ['The device is kept with the domain: it is there after a save, a migration and a restart.'],
};
