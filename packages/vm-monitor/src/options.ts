import { asWait, type CommandSpec } from '@vm-tools/cli';

export interface MonitorInput {
  /** milliseconds */
  readonly linger?: number;
  readonly foreground?: boolean;
}

export const command: CommandSpec = {
  name: 'vm-monitor',
  summary: 'carries out on_poweroff, on_reboot and on_crash for all domains of this host',
  options: [
    {
      flags: '--linger <time>',
      description: 'end when there has been no domain of ours for so long (default: 60)',
      ...asWait,
      conflicts: ['foreground'],
    },
    { flags: '--foreground', description: 'stay until a signal comes, as under systemd' },
  ],
  examples: [
    { command: 'vm-monitor --foreground', effect: 'run as a service' },
    { command: 'vm-monitor', effect: 'run in the background, as vm-create starts it by itself' },
  ],
  notes: [
    'One runs for each host: vm-create, vm-restore and xfrd start it when none does, and it ends by itself.\nStarted by them it writes to var/log/vm-tools/monitor.log.',
  ],
};
