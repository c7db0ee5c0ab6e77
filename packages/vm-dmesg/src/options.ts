import type { CommandSpec } from '@vm-tools/cli';

export interface DmesgInput {
  readonly clear?: boolean;
  readonly keys?: string;
}

export const command: CommandSpec = {
  name: 'vm-dmesg',
  summary: 'shows what Xen has logged, the oldest line first',
  options: [
    { flags: '-c, --clear', description: 'forget it when it has been shown' },
    {
      flags: '--keys <keys>',
      description: "press keys of Xen's own console, and show what it has logged since; h lists them",
      conflicts: ['clear'],
    },
  ],
  examples: [
    { command: 'vm-dmesg', effect: 'all that its ring still holds' },
    { command: 'vm-dmesg | tail -20', effect: 'the last lines, after a guest has crashed' },
    { command: 'vm-dmesg --clear >before.log', effect: 'the next time only what is new' },
    { command: 'vm-dmesg --keys q', effect: 'what Xen knows of all domains, for a report of a defect' },
  ],
};
