import { asCount, asWait, type CommandSpec, WAIT, type WaitInput } from '@vm-tools/cli';
import { RANGES, sizeWords } from '@vm-tools/words';
import { asPin, type ParsedPin } from './parse-pin.ts';

export interface SetInput extends WaitInput {
  readonly domain: readonly string[];
  /** MiB, or with a unit */
  readonly memory?: string;
  readonly maxMemory?: string;
  readonly vcpus?: number;
  readonly pin?: ParsedPin;
  readonly prefer?: ParsedPin;
  readonly weight?: number;
  readonly cap?: number;
  readonly name?: string;
  /** milliseconds */
  readonly timeout?: number;
}

export const command: CommandSpec = {
  name: 'vm-set',
  summary: 'changes memory, vCPUs, scheduling or the name of a domain while it runs',
  arguments: [{ name: '<domain...>', description: 'name, domid or UUID; several are changed together' }],
  options: [
    {
      flags: '--memory <size>',
      description: `ask the guest to make do with so much, ${sizeWords({ alone: 'MiB' })}`,
    },
    {
      flags: '--max-memory <size>',
      description: 'how much it may be given later, written like that of --memory',
    },
    {
      flags: '--vcpus <count>',
      description: 'ask the guest to use so many of its vCPUs',
      ...asCount(RANGES.vcpus),
    },
    {
      flags: '--pin <cpus>',
      description: 'the processors on which it may run: 0-3,7 or all; 1:0-3 for its vCPU 1 alone',
      ...asPin,
    },
    {
      flags: '--prefer <cpus>',
      description: 'those on which it runs rather than on others, written like those of --pin',
      ...asPin,
    },
    {
      flags: '--weight <count>',
      description: 'its share of processor time beside others; a new domain has 256',
      ...asCount(RANGES.weight),
    },
    {
      flags: '--cap <percent>',
      description: 'the most that it may use, in percent of one processor; 0 is no limit',
      ...asCount(RANGES.cap),
    },
    { flags: '--name <name>', description: 'another name, which no other domain has' },
    {
      flags: '--timeout <time>',
      description: 'how long the guest may take to follow (default: 60); then all is as before',
      ...asWait,
    },
    WAIT,
  ],
  examples: [
    { command: 'vm-set web1 --memory 512MiB', effect: 'web1 gives back what it has above that' },
    { command: 'vm-set web1 --vcpus 2 --pin 0-3', effect: 'two of its vCPUs, on the first four processors' },
    { command: 'vm-set web1 web2 --weight 512 --cap 150', effect: 'at most one and a half processors each' },
    { command: 'vm-set web1 --name web2', effect: 'web1 is called web2 from now on' },
  ],
};
