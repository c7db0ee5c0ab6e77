import type { CommandSpec } from '@vm-tools/cli';

export interface CpuInput {
  readonly file?: readonly string[];
  readonly type?: 'pv' | 'pvh';
}

export const command: CommandSpec = {
  name: 'vm-host',
  summary: 'tells of hosts',
  examples: [
    { command: 'vm-host cpu', effect: 'what pvh guests are told of the processors of this host' },
    { command: 'vm-host cpu a.json b.json --json > pool.json', effect: 'what they are told on both hosts' },
  ],
};

export const cpu: CommandSpec = {
  name: 'cpu',
  summary: 'prints what guests are told of the processors of this host, or what several hosts have in common',
  arguments: [
    {
      name: '[file...]',
      description: 'what vm-host cpu --json has printed on each of several hosts; - reads stdin',
    },
  ],
  options: [
    { flags: '--type <type>', description: 'of these guests (default: pvh)', choices: ['pv', 'pvh'] },
  ],
  examples: [
    { command: 'vm-host cpu', effect: 'the features of the processor, by their names' },
    { command: 'vm-host cpu --json > a.json', effect: 'as a document for other hosts' },
    { command: 'vm-host cpu a.json b.json', effect: 'what the two have in common, and what each has beyond' },
    {
      command: 'vm-host cpu *.json --json > /etc/vm-tools/pool-cpu.json',
      effect: 'the common part, for guests that shall move between them',
    },
    {
      command: 'vm-create web1.cfg cpu_policy=/etc/vm-tools/pool-cpu.json',
      effect: 'a guest that can move to all of them',
    },
  ],
  notes: [
    'The names are those of Xen, in lower case. With files no Xen is needed, and all must be of processors of one maker and of guests of one type.',
    'What a processor must be told of where any host of the pool needs it, such as md_clear, is in the common part when one host has it, and keeps no guest from moving.',
    'A guest that is told less may lose further features that need a missing one: Xen takes those away by itself.',
  ],
};
