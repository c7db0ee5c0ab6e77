import { ALL, type AllInput, asWait, type CommandSpec } from '@vm-tools/cli';

export interface ShutdownInput extends AllInput {
  readonly wait?: boolean;
  /** milliseconds */
  readonly timeout?: number;
  readonly force?: boolean;
}

export const command: CommandSpec = {
  name: 'vm-shutdown',
  summary: 'asks a domain to power off',
  arguments: [{ name: '[domain...]', description: 'name, domid or UUID; several are asked together' }],
  options: [
    {
      flags: '-w, --wait',
      description: 'return when it has shut down; if another tool works on the domain, wait for that first',
    },
    {
      flags: '--timeout <time>',
      description: 'how long its answer, or with --wait its shutdown, may take (default: 60)',
      ...asWait,
    },
    { flags: '-f, --force', description: 'shut it down without its help once that time has passed' },
    ALL,
  ],
  examples: [
    { command: 'vm-shutdown web1', effect: 'ask; the domain ends in its own time' },
    { command: 'vm-shutdown --wait web1', effect: 'and wait until it has' },
    { command: 'vm-shutdown -w -f --timeout 30 web1', effect: 'and do it without its help after 30 s' },
    { command: 'vm-shutdown --all --wait', effect: 'before the host goes down' },
  ],
};
