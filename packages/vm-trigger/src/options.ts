import { asCount, asWait, type CommandSpec, WAIT, type WaitInput } from '@vm-tools/cli';
import { RANGES } from '@vm-tools/words';

export interface TriggerInput extends WaitInput {
  readonly domain: readonly string[];
  readonly nmi?: boolean;
  readonly power?: boolean;
  readonly sleep?: boolean;
  /** a letter or a digit */
  readonly sysrq?: string;
  readonly vcpu?: number;
  /** milliseconds */
  readonly timeout?: number;
}

export const command: CommandSpec = {
  name: 'vm-trigger',
  summary: 'sends a domain an interrupt, a press of a button or a key for its kernel',
  arguments: [{ name: '<domain...>', description: 'name, domid or UUID; several are done together' }],
  options: [
    {
      flags: '--nmi',
      description: 'a non-maskable interrupt for one vCPU',
      conflicts: ['power', 'sleep', 'sysrq'],
    },
    { flags: '--power', description: 'the power button, of an hvm domain', conflicts: ['sleep', 'sysrq'] },
    { flags: '--sleep', description: 'the sleep button, of an hvm domain', conflicts: ['sysrq'] },
    { flags: '--sysrq <key>', description: 'a key for a Linux kernel: a letter or a digit, h lists them' },
    { flags: '--vcpu <number>', description: 'the vCPU of --nmi (default: 0)', ...asCount(RANGES.vcpu) },
    {
      flags: '--timeout <time>',
      description: 'how long the guest may take to take the key (default: 10); then it is withdrawn',
      ...asWait,
    },
    WAIT,
  ],
  examples: [
    { command: 'vm-trigger web1 --sysrq s', effect: 'web1 writes its disks' },
    { command: 'vm-trigger web1 --sysrq c', effect: 'its kernel crashes, and on_crash of web1 is followed' },
    { command: 'vm-trigger web1 --nmi', effect: 'for a kernel that makes a dump of it' },
  ],
};
