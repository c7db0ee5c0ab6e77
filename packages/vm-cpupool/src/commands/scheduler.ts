import type { Invocation, Outcome } from '@vm-tools/cli';
import { poolParams, resolvePool, setPoolParams } from '@vm-tools/libdomain';
import type { SchedulerInput } from '../options.ts';
import type { PoolScheduler } from '../result.ts';

export async function scheduler(invocation: Invocation<SchedulerInput>): Promise<Outcome<PoolScheduler>> {
  const { timeslice, ratelimit, migrationDelay } = invocation.input;
  const wanted = {
    ...(timeslice !== undefined && { timesliceMs: timeslice }),
    ...(ratelimit !== undefined && { ratelimitUs: ratelimit }),
    ...(migrationDelay !== undefined && { migrationDelayUs: migrationDelay }),
  };
  const isSet = Object.keys(wanted).length > 0;
  const host = await invocation.openHost();
  const pool = await resolvePool(host, invocation.input.pool);
  const params = isSet ? await setPoolParams(host, pool, wanted) : await poolParams(host, pool);
  const { id, name } = pool;
  const value: PoolScheduler = { id, name, scheduler: pool.scheduler, ...params };
  return { isReport: !isSet, value, text: `${name}: ${textOf(value)}` };
}

function textOf({ scheduler: word, timesliceMs, ratelimitUs, migrationDelayUs }: PoolScheduler): string {
  const parts = [
    ...(timesliceMs === undefined ? [] : [`time slice ${timesliceMs} ms`]),
    ...(ratelimitUs === undefined ? [] : [`rate limit ${ratelimitUs} µs`]),
    ...(migrationDelayUs === undefined ? [] : [`migration delay ${migrationDelayUs} µs`]),
  ];
  return [word, ...(parts.length === 0 ? ['which has no parameters'] : parts)].join(', ');
}
