import { type CommandSpec, WAIT, type WaitInput } from '@vm-tools/cli';

export interface DestroyInput extends WaitInput {
  readonly domain: readonly string[];
}

export const command: CommandSpec = {
  name: 'vm-destroy',
  summary: 'ends a domain at once, as if its power was cut',
  arguments: [{ name: '<domain...>', description: 'name, domid or UUID; several are done together' }],
  options: [WAIT],
  examples: [
    { command: 'vm-destroy web1', effect: 'web1 is gone, whatever it was doing' },
    { command: 'vm-destroy 12', effect: 'the same by domid' },
    { command: 'vm-destroy web1 web2', effect: 'both of them' },
  ],
};
