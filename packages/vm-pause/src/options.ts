import { type CommandSpec, WAIT, type WaitInput } from '@vm-tools/cli';

export interface PauseInput extends WaitInput {
  readonly domain: readonly string[];
}

export const command: CommandSpec = {
  name: 'vm-pause',
  summary: 'stops the virtual CPUs of a domain; its memory stays',
  arguments: [{ name: '<domain...>', description: 'name, domid or UUID; several are done together' }],
  options: [WAIT],
  examples: [
    { command: 'vm-pause web1', effect: 'web1 stands still until vm-unpause' },
    { command: 'vm-pause 12', effect: 'the same by domid' },
    { command: 'vm-pause web1 web2', effect: 'both of them' },
  ],
};
