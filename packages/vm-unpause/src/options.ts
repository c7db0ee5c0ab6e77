import type { CommandSpec } from '@vm-tools/cli';

export interface UnpauseInput {
  readonly domain: string;
}

export const command: CommandSpec = {
  name: 'vm-unpause',
  summary: 'lets a paused domain go on',
  arguments: [{ name: '<domain>', description: 'name, domid or UUID' }],
  examples: [
    { command: 'vm-unpause web1', effect: 'web1 runs again' },
    { command: 'vm-unpause 12', effect: 'the same by domid' },
  ],
};
