import { type CommandSpec, WAIT, type WaitInput } from '@vm-tools/cli';

export interface CreateInput extends WaitInput {
  /** files, and among and behind them key=value */
  readonly file: readonly string[];
  readonly paused?: boolean;
  readonly console?: boolean;
  readonly dryRun?: boolean;
  readonly fromPending?: boolean;
}

export const command: CommandSpec = {
  name: 'vm-create',
  summary: 'creates a domain from a configuration file and prints its domid',
  arguments: [
    {
      name: '<file...>',
      description:
        'configuration: JSON, or the everyday subset of xl.cfg; - reads stdin; behind it key=value, each overrides the file; several files make several domains, one after the other',
    },
  ],
  options: [
    { flags: '-p, --paused', description: 'leave it paused; vm-unpause starts it' },
    { flags: '-c, --console', description: 'connect to its console; Ctrl-] leaves it', conflicts: ['json'] },
    {
      flags: '--from-pending',
      description: 'FILE is instead the name or UUID of a guest whose restart has failed: restart it now',
      conflicts: ['dryRun', 'paused'],
    },
    { flags: '-n, --dry-run', description: 'only check the configuration and print the steps' },
    WAIT,
  ],
  examples: [
    { command: 'vm-create web1.cfg', effect: 'create and start the domain of web1.cfg' },
    { command: 'vm-create web1.cfg memory=1024', effect: 'with 1 GiB, whatever the file says' },
    { command: 'vm-create web1.cfg web2.cfg memory=1024', effect: 'both of them, with 1 GiB each' },
    { command: 'vm-create -n web1.cfg', effect: 'print the steps, and change nothing' },
    {
      command: 'vm-create --from-pending web1',
      effect: 'restart web1 once its kernel, missing at its reboot, is here',
    },
    { command: 'id=$(vm-create -p web1.cfg)', effect: 'use the domid in a script' },
  ],
};
