import { randomUUID } from 'node:crypto';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import { nameProblem } from '@vm-tools/words';
import type { SchedulerName } from '@vm-tools/xc-native';
import type { Host } from '../host.ts';
import { addCpus } from './pool-cpus.ts';
import { listPools, poolError, poolPath, type NamedPool } from './named-pool.ts';

/** What a new pool is to have. */
export interface CreatePoolOptions {
  /** @default the scheduler of the host */
  readonly scheduler?: SchedulerName | undefined;
  /** those that are in no pool. @default none: they are added later */
  readonly cpus?: readonly number[] | undefined;
}

/**
 * Makes a pool of processors with a scheduler of its own, as `xl cpupool-create` does. When a processor cannot be had
 * there is no pool afterwards.
 *
 * @throws CPUPOOL_NAME_INVALID, CPUPOOL_NAME_TAKEN (usage), CPU_NOT_FREE (usage), CPUPOOL_TOO_MANY (resource)
 */
export async function createPool(
  host: Pick<Host, 'xen' | 'store'>,
  name: string,
  { scheduler, cpus = [] }: CreatePoolOptions = {},
): Promise<NamedPool> {
  await requireName(host, name);
  const { xen, store } = host;
  let id: number | undefined;
  try {
    const made = scheduler ?? (await xen.schedId());
    id = await xen.cpupoolCreate(made);
    const path = poolPath(id);
    await store.transaction(async (tx) => {
      await tx.write(`${path}/uuid`, randomUUID());
      await tx.write(`${path}/name`, name);
    });
    const pool: NamedPool = { id, scheduler: made, domains: 0, cpus: [], name };
    return cpus.length === 0 ? pool : await addCpus(host, pool, cpus);
  } catch (thrown) {
    const error = tooMany(thrown) ?? poolError(thrown, `making the cpupool ${name}`);
    throw id === undefined ? error : error.with({ leftovers: await takeBack(host, id, name) });
  }
}

/** @throws CPUPOOL_NAME_INVALID, CPUPOOL_NAME_TAKEN */
export async function requireName(host: Pick<Host, 'xen' | 'store'>, name: string): Promise<void> {
  const fault = /^\d+$/.test(name)
    ? 'must not be a number, it would be taken for that of a cpupool'
    : nameProblem(name);
  if (fault !== undefined)
    throw new VmToolsError({
      code: 'CPUPOOL_NAME_INVALID',
      kind: 'usage',
      message: `no cpupool can be called ${JSON.stringify(name)}: the name ${fault}`,
      hint: 'choose another name',
    });
  if (!(await listPools(host)).pools.some((pool) => pool.name === name)) return;
  throw new VmToolsError({
    code: 'CPUPOOL_NAME_TAKEN',
    kind: 'usage',
    message: `there is a cpupool ${name} already`,
    hint: 'choose another name; list them with vm-cpupool list',
  });
}

/** Xen 4.17 has one more than processors at the most. */
function tooMany(thrown: unknown): VmToolsError | undefined {
  const isFull =
    thrown instanceof VmToolsError &&
    thrown.details['call'] === 'xc_cpupool_create' &&
    thrown.details['errnoName'] === 'ENOSPC';
  if (!isFull) return undefined;
  return new VmToolsError({
    code: 'CPUPOOL_TOO_MANY',
    kind: 'resource',
    message: 'Xen makes no further cpupool: it has as many as its processors allow',
    hint: 'end one that has no domains: vm-cpupool destroy',
    cause: thrown,
  });
}

/** @returns what is left of it */
async function takeBack(
  { xen, store }: Pick<Host, 'xen' | 'store'>,
  id: number,
  name: string,
): Promise<string[]> {
  try {
    await xen.cpupoolDestroy(id);
    await store.rm(poolPath(id));
    return [];
  } catch (second) {
    return [`cpupool ${name}: ${messageOf(second)}`];
  }
}
