import type { CommandSpec } from '@vm-tools/cli';

export interface InfoInput {
  readonly domain?: readonly string[];
}

export const command: CommandSpec = {
  name: 'vm-info',
  summary: 'tells all that this host knows of a domain, or of itself',
  arguments: [{ name: '[domain...]', description: 'name, domid or UUID; the host itself when left out' }],
  examples: [
    { command: 'vm-info', effect: 'the host: its Xen, processors and memory' },
    {
      command: 'vm-info web1',
      effect: 'memory asked for and had, vCPUs, scheduling, devices, configuration',
    },
    { command: 'vm-info web1 --json | jq .config', effect: 'the configuration that it has now' },
  ],
};
