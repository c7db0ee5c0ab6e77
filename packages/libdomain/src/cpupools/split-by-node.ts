import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { Host } from '../host.ts';
import { createPool } from './create-pool.ts';
import { destroyPool } from './destroy-pool.ts';
import { listPools, poolError, type NamedPool } from './named-pool.ts';
import { addCpus, removeCpus } from './pool-cpus.ts';
import { renamePool } from './rename-pool.ts';

type Of = Pick<Host, 'xen' | 'store'>;

const nameOf = (node: number): string => `Pool-node${node}`;

/**
 * Makes a pool of each NUMA node, under the names that xl gives them: the first pool keeps the node of its first
 * processor, with all domains, and each other node gets a new one with the same scheduler. All of it or nothing.
 *
 * @throws CPUPOOL_IN_USE (usage): there are other pools already; and as `createPool`
 */
export async function splitByNode(host: Of): Promise<readonly NamedPool[]> {
  const { pools } = await listPools(host);
  const [first] = pools;
  if (first === undefined || pools.length > 1)
    throw new VmToolsError({
      code: 'CPUPOOL_IN_USE',
      kind: 'usage',
      message: 'this host has several cpupools already, and only one can be split',
      hint: 'end the others: vm-cpupool destroy',
    });
  const nodes = await cpusByNode(host, first);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const made: NamedPool[] = [];
    let rest = first;
    for (const [node, cpus] of nodes.slice(1)) {
      const before = rest;
      rest = await removeCpus(host, rest, cpus);
      undo.push(() => addCpus(host, before, cpus));
      const pool = await createPool(host, nameOf(node), { scheduler: first.scheduler, cpus });
      undo.push(() => destroyPool(host, pool));
      made.push(pool);
    }
    const [own] = nodes;
    return [own === undefined ? rest : await renamePool(host, rest, nameOf(own[0])), ...made];
  } catch (thrown) {
    throw poolError(thrown, 'making a cpupool of each node').with({ leftovers: await takeBack(undo) });
  }
}

/** The processors of a pool by their nodes, that of the first one at the beginning. */
async function cpusByNode(
  { xen }: Of,
  { cpus }: NamedPool,
): Promise<(readonly [number, readonly number[]])[]> {
  const nodes = new Map<number, number[]>();
  for (const { cpu, node } of await xen.cputopoinfo()) {
    if (!cpus.includes(cpu)) continue;
    nodes.set(node, [...(nodes.get(node) ?? []), cpu]);
  }
  return [...nodes];
}

async function takeBack(undo: readonly (() => Promise<unknown>)[]): Promise<string[]> {
  const leftovers: string[] = [];
  for (const step of undo.toReversed())
    await step().catch((second: unknown) => {
      leftovers.push(`cpupools: ${messageOf(second)}`);
    });
  return leftovers;
}
