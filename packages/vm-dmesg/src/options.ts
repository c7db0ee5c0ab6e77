import type { CommandSpec } from '@vm-tools/cli';

export interface DmesgInput {
  readonly clear?: boolean;
}

export const command: CommandSpec = {
  name: 'vm-dmesg',
  summary: 'shows what Xen has logged, the oldest line first',
  options: [{ flags: '-c, --clear', description: 'forget it when it has been shown' }],
  examples: [
    { command: 'vm-dmesg', effect: 'all that its ring still holds' },
    { command: 'vm-dmesg | tail -20', effect: 'the last lines, after a guest has crashed' },
    { command: 'vm-dmesg --clear >before.log', effect: 'the next time only what is new' },
  ],
};
