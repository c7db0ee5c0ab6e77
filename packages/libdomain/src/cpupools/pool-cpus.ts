import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { Host } from '../host.ts';
import { listPools, poolError, type NamedPool } from './named-pool.ts';

type Xen = Pick<Host, 'xen'>;

/**
 * Puts processors that are in no pool into one, all of them or none.
 *
 * @throws CPU_NOT_FREE (usage): one is in a pool, or is not there
 */
export async function addCpus(
  host: Pick<Host, 'xen' | 'store'>,
  pool: NamedPool,
  cpus: readonly number[],
): Promise<NamedPool> {
  const { pools, freeCpus } = await listPools(host);
  for (const cpu of cpus) {
    if (freeCpus.includes(cpu)) continue;
    const owner = pools.find((one) => one.cpus.includes(cpu));
    throw new VmToolsError({
      code: 'CPU_NOT_FREE',
      kind: 'usage',
      message:
        owner === undefined
          ? `this host has no processor ${cpu} that could be put into a cpupool`
          : `processor ${cpu} is in the cpupool ${owner.name}`,
      hint: owner === undefined ? 'list them with vm-cpupool list' : `vm-cpupool remove ${owner.name} ${cpu}`,
      details: { cpu },
    });
  }
  await each(cpus, {
    doing: `putting processors into the cpupool ${pool.name}`,
    act: (cpu) => host.xen.cpupoolAddcpu(pool.id, cpu),
    undo: (cpu) => host.xen.cpupoolRemovecpu(pool.id, cpu),
  });
  return { ...pool, cpus: sorted([...pool.cpus, ...cpus]) };
}

/**
 * Takes processors out of a pool, all of them or none; they are in none then.
 *
 * @throws CPU_NOT_IN_CPUPOOL (usage); CPUPOOL_NEEDS_CPU (usage): its domains would have none
 */
export async function removeCpus(host: Xen, pool: NamedPool, cpus: readonly number[]): Promise<NamedPool> {
  const stranger = cpus.find((cpu) => !pool.cpus.includes(cpu));
  if (stranger !== undefined)
    throw new VmToolsError({
      code: 'CPU_NOT_IN_CPUPOOL',
      kind: 'usage',
      message: `processor ${stranger} is not in the cpupool ${pool.name}`,
      hint: 'list them with vm-cpupool list',
      details: { cpu: stranger },
    });
  const stay = pool.cpus.filter((cpu) => !cpus.includes(cpu));
  if (stay.length === 0 && pool.domains > 0)
    throw new VmToolsError({
      code: 'CPUPOOL_NEEDS_CPU',
      kind: 'usage',
      message: `the cpupool ${pool.name} has ${pool.domains} domains, which need a processor`,
      hint: 'leave it one, or move its domains into another pool: vm-cpupool move',
    });
  await each(cpus, {
    doing: `taking processors out of the cpupool ${pool.name}`,
    act: (cpu) => host.xen.cpupoolRemovecpu(pool.id, cpu),
    undo: (cpu) => host.xen.cpupoolAddcpu(pool.id, cpu),
  });
  return { ...pool, cpus: stay };
}

interface Work {
  readonly doing: string;
  readonly act: (cpu: number) => Promise<void>;
  readonly undo: (cpu: number) => Promise<void>;
}

async function each(cpus: readonly number[], { doing, act, undo }: Work): Promise<void> {
  const done: number[] = [];
  try {
    for (const cpu of cpus) {
      await act(cpu);
      done.push(cpu);
    }
  } catch (thrown) {
    const leftovers: string[] = [];
    for (const cpu of done.reverse())
      await undo(cpu).catch((second: unknown) => {
        leftovers.push(`processor ${cpu}: ${messageOf(second)}`);
      });
    throw poolError(thrown, doing).with({ leftovers });
  }
}

function sorted(cpus: readonly number[]): number[] {
  return [...cpus].sort((a, b) => a - b);
}
