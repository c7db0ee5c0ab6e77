import type { CommandSpec } from '@vm-tools/cli';

export interface ListInput {
  readonly domain?: readonly string[];
  readonly names?: boolean;
}

export const command: CommandSpec = {
  name: 'vm-list',
  summary: 'lists the domains of this host',
  arguments: [{ name: '[domain...]', description: 'only these: name, domid or UUID' }],
  options: [
    {
      flags: '--names',
      description:
        'print names alone, one a line, without dom0; the domid where the name cannot be used here',
    },
  ],
  examples: [
    { command: 'vm-list', effect: 'all domains' },
    { command: 'vm-list web1', effect: 'one domain' },
    { command: 'vm-list web1 web2', effect: 'these two' },
    { command: 'vm-list --json', effect: 'as a JSON array' },
    { command: 'vm-list --names | xargs -I{} vm-save {} -o {}.img', effect: 'save them all' },
  ],
};
