import { asCount, FORM, type CommandSpec, type FormInput, WAIT, type WaitInput } from '@vm-tools/cli';
import { RANGES } from '@vm-tools/words';

export type ListInput = FormInput;

export interface PoolInput {
  readonly pool: string;
}

export interface CreateInput {
  readonly name: string;
  /** 2-3,7 or node:1 */
  readonly cpus?: string;
  readonly scheduler?: 'credit' | 'credit2' | 'rtds' | 'null' | 'arinc653';
}

export interface RenameInput extends PoolInput {
  readonly name: string;
}

export interface CpusInput extends PoolInput {
  /** 2-3,7 or node:1 */
  readonly cpus: string;
}

export interface SchedulerInput extends PoolInput {
  readonly timeslice?: number;
  readonly ratelimit?: number;
  readonly migrationDelay?: number;
}

export interface MoveInput extends PoolInput, WaitInput {
  readonly domain: readonly string[];
}

const POOL = { name: '<pool>', description: 'its name or number' };
const CPUS = { name: '<cpus>', description: 'processors: 2-3,7; node:1 are those of a NUMA node' };

export const command: CommandSpec = {
  name: 'vm-cpupool',
  summary: 'makes, changes and shows pools of processors, each with a scheduler and domains of its own',
  examples: [
    { command: 'vm-cpupool list', effect: 'all pools, and the processors that are in none' },
    { command: 'vm-cpupool remove Pool-0 2-3', effect: 'the processors 2 and 3 are in none then' },
    { command: 'vm-cpupool create fast --cpus 2-3', effect: 'a pool of them' },
    { command: 'vm-cpupool move fast web1', effect: 'web1 runs on them alone' },
  ],
};

export const list: CommandSpec = {
  name: 'list',
  summary: 'shows the pools, and the processors that are in none',
  options: [FORM],
  examples: [{ command: 'vm-cpupool list', effect: 'a line each' }],
};

export const create: CommandSpec = {
  name: 'create',
  summary: 'makes a pool',
  arguments: [{ name: '<name>', description: 'a name that no other pool has' }],
  options: [
    {
      flags: '--cpus <cpus>',
      description: 'its processors, which must be in no pool: 2-3,7 or node:1',
    },
    {
      flags: '--scheduler <scheduler>',
      description: 'how it shares them out (default: as the host does)',
      choices: ['credit', 'credit2', 'rtds', 'null', 'arinc653'],
    },
  ],
  examples: [
    { command: 'vm-cpupool create fast --cpus 2-3', effect: 'a pool of two processors' },
    { command: 'vm-cpupool create fast --scheduler null', effect: 'one without, with another scheduler' },
  ],
};

export const destroy: CommandSpec = {
  name: 'destroy',
  summary: 'ends a pool without domains; its processors are in none then',
  arguments: [POOL],
  examples: [{ command: 'vm-cpupool destroy fast', effect: 'there is no pool fast any more' }],
};

export const rename: CommandSpec = {
  name: 'rename',
  summary: 'gives a pool another name',
  arguments: [POOL, { name: '<name>', description: 'a name that no other pool has' }],
  examples: [{ command: 'vm-cpupool rename fast slow', effect: 'fast is called slow' }],
};

export const add: CommandSpec = {
  name: 'add',
  summary: 'puts processors that are in no pool into one',
  arguments: [POOL, CPUS],
  examples: [{ command: 'vm-cpupool add fast 4', effect: 'fast has the processor 4, too' }],
};

export const remove: CommandSpec = {
  name: 'remove',
  summary: 'takes processors out of a pool; they are in none then',
  arguments: [POOL, CPUS],
  examples: [{ command: 'vm-cpupool remove Pool-0 2-3', effect: 'another pool can have them' }],
};

export const split: CommandSpec = {
  name: 'split',
  summary: 'makes a pool of each NUMA node; the domains stay in that of the first processor',
  examples: [{ command: 'vm-cpupool split', effect: 'Pool-node0, Pool-node1 and so on' }],
};

export const scheduler: CommandSpec = {
  name: 'scheduler',
  summary: 'shows what the scheduler of a pool goes by, for all domains in it, or sets it',
  arguments: [POOL],
  options: [
    {
      flags: '--timeslice <ms>',
      description: 'of credit: how long a vCPU runs before another one has its turn, in milliseconds',
      ...asCount(RANGES.timesliceMs),
    },
    {
      flags: '--ratelimit <us>',
      description:
        'how long a vCPU runs at least before one that wakes up takes its place, in microseconds; 0: it is not protected',
      ...asCount(RANGES.microseconds),
    },
    {
      flags: '--migration-delay <us>',
      description: 'of credit: how long a vCPU is kept near the cache that it has filled, in microseconds',
      ...asCount(RANGES.microseconds),
    },
  ],
  examples: [
    { command: 'vm-cpupool scheduler Pool-0', effect: 'what it goes by now' },
    {
      command: 'vm-cpupool scheduler Pool-0 --ratelimit 500',
      effect: 'a vCPU keeps its processor for 500 µs',
    },
  ],
};

export const move: CommandSpec = {
  name: 'move',
  summary: 'lets domains run in another pool',
  arguments: [POOL, { name: '<domain...>', description: 'name, domid or UUID; several are moved together' }],
  options: [WAIT],
  examples: [{ command: 'vm-cpupool move fast web1 web2', effect: 'both run on the processors of fast' }],
};
