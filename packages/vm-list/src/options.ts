import { FORM, type CommandSpec, type FormInput } from '@vm-tools/cli';

export interface ListInput extends FormInput {
  readonly domain?: readonly string[];
  readonly names?: boolean;
}

export const command: CommandSpec = {
  name: 'vm-list',
  summary: 'lists the domains of this host',
  arguments: [{ name: '[domain...]', description: 'only these: name, domid or UUID' }],
  options: [
    FORM,
    {
      flags: '--names',
      description:
        'print names alone, one a line, without dom0, as -o name does; the domid where the name cannot be used here',
      conflicts: ['output'],
    },
  ],
  examples: [
    { command: 'vm-list', effect: 'all domains' },
    { command: 'vm-list web1', effect: 'one domain' },
    { command: 'vm-list web1 web2', effect: 'these two' },
    { command: 'vm-list -o wide', effect: 'also the most memory, since when, and what starts with the host' },
    { command: 'vm-list --json', effect: 'as a JSON array' },
    { command: 'vm-list --names | xargs -I{} vm-save {} -o {}.img', effect: 'save them all' },
  ],
};
