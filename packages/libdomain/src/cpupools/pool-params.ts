import { VmToolsError } from '@vm-tools/errors';
import type { Credit2Params, CreditParams } from '@vm-tools/xc-native';
import type { Host } from '../host.ts';
import { poolError, type NamedPool } from './named-pool.ts';

/** What the scheduler of a pool goes by, for all domains in it; credit2 knows the first alone. */
export type PoolParams = Credit2Params & Partial<CreditParams>;

type OfPool = Pick<NamedPool, 'id' | 'name' | 'scheduler'>;

/** The parameters of the scheduler of a pool; undefined for one that has none. */
export async function poolParams(
  { xen }: Pick<Host, 'xen'>,
  { id, name, scheduler }: OfPool,
): Promise<PoolParams | undefined> {
  try {
    if (scheduler === 'credit') return await xen.schedCreditParamsGet(id);
    if (scheduler === 'credit2') return await xen.schedCredit2ParamsGet(id);
    return undefined;
  } catch (thrown) {
    throw poolError(thrown, `asking for the parameters of the cpupool ${name}`);
  }
}

/**
 * Sets some of them; the others stay.
 *
 * @returns all of them, as Xen has them then
 * @throws CPUPOOL_PARAMETER (usage): its scheduler has no such parameter, or not that value
 */
export async function setPoolParams(
  host: Pick<Host, 'xen'>,
  pool: OfPool,
  wanted: Partial<CreditParams>,
): Promise<PoolParams> {
  const { xen } = host;
  const { id, name, scheduler } = pool;
  const before = await poolParams(host, pool);
  const unknown = Object.keys(wanted).find((key) => before === undefined || !(key in before));
  if (before === undefined || unknown !== undefined)
    throw refusal(
      `the scheduler of the cpupool ${name} is ${scheduler}, which has no ${WORDS[unknown as keyof CreditParams]}`,
      'credit has all of them, credit2 the rate limit: vm-cpupool list',
    );
  try {
    if (scheduler === 'credit')
      await xen.schedCreditParamsSet(id, { ...(before as CreditParams), ...wanted });
    else await xen.schedCredit2ParamsSet(id, { ...before, ...wanted });
  } catch (thrown) {
    if (thrown instanceof VmToolsError && thrown.details['errnoName'] === 'EINVAL')
      throw outOfRange(name, thrown);
    throw poolError(thrown, `setting the parameters of the cpupool ${name}`);
  }
  return (await poolParams(host, pool)) ?? before;
}

const WORDS: Readonly<Record<keyof CreditParams, string>> = {
  timesliceMs: 'time slice',
  ratelimitUs: 'rate limit',
  migrationDelayUs: 'migration delay',
};

function outOfRange(name: string, cause: VmToolsError): VmToolsError {
  return refusal(
    `Xen does not take these values for the cpupool ${name}`,
    'a rate limit is 0, or 100 µs to 500 ms and not longer than a time slice; a time slice 1 ms to 1 s; a migration delay 100 ms at most',
    cause,
  );
}

function refusal(message: string, hint: string, cause?: VmToolsError): VmToolsError {
  return new VmToolsError({ code: 'CPUPOOL_PARAMETER', kind: 'usage', message, hint, cause });
}
