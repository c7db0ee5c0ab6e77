import { type CommandSpec, WAIT, type WaitInput } from '@vm-tools/cli';

export interface UnpauseInput extends WaitInput {
  readonly domain: readonly string[];
  readonly force?: boolean;
}

export const command: CommandSpec = {
  name: 'vm-unpause',
  summary: 'resumes a domain that is paused, or that an interrupted save has left suspended',
  arguments: [{ name: '<domain...>', description: 'name, domid or UUID; several are done together' }],
  options: [
    {
      flags: '-f, --force',
      description: 'resume it also when another toolstack has suspended it and may be saving it',
    },
    WAIT,
  ],
  examples: [
    { command: 'vm-unpause web1', effect: 'web1 runs again' },
    { command: 'vm-unpause 12', effect: 'the same by domid' },
    { command: 'vm-unpause web1 web2', effect: 'both of them' },
  ],
};
