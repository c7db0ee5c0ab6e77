import type { CommandSpec } from '@vm-tools/cli';

export interface DoctorInput {
  readonly folders: readonly string[];
  readonly fix?: boolean;
  readonly yes?: boolean;
}

export const command: CommandSpec = {
  name: 'vm-doctor',
  summary: 'finds what commands that were killed have left on this host, and puts it in order',
  arguments: [
    { name: '[folders...]', description: 'where images are saved: partial ones are looked for there' },
  ],
  options: [
    { flags: '--fix', description: 'do what is proposed, as far as no guest may end by it' },
    { flags: '-y, --yes', description: 'with --fix: also what may end a guest' },
  ],
  examples: [
    {
      command: 'vm-doctor',
      effect: 'show what is wrong, and change nothing; nothing is shown of a host in order',
    },
    { command: 'vm-doctor /srv/images --fix', effect: 'put it in order, partial images there included' },
    { command: 'vm-doctor --json', effect: 'for a program' },
  ],
  notes: [
    'It ends with status 1 as long as something is wrong. What a living process is at work on is left alone.',
  ],
};
