import type { CommandSpec } from '@vm-tools/cli';

export interface DoctorInput {
  readonly folders: readonly string[];
  readonly fix?: boolean;
  readonly yes?: boolean;
}

export const command: CommandSpec = {
  name: 'vm-doctor',
  summary: 'finds what killed commands have left on this host; --fix cleans it up',
  arguments: [
    { name: '[folders...]', description: 'where images are saved: partial ones are looked for there' },
  ],
  options: [
    { flags: '--fix', description: 'do what is proposed, except where that may end a guest' },
    { flags: '-y, --yes', description: 'with --fix: also what may end a guest' },
  ],
  examples: [
    {
      command: 'vm-doctor',
      effect: 'show what is wrong, and change nothing; a clean host shows nothing',
    },
    { command: 'vm-doctor /srv/images --fix', effect: 'clean it up, partial images there included' },
    { command: 'vm-doctor --json', effect: 'for a program' },
  ],
  notes: [
    'It ends with status 1 as long as something is wrong. It leaves alone what a living process works on.',
  ],
};
