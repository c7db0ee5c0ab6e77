import type { Invocation, Outcome } from '@vm-tools/cli';
import { destroyPool, resolvePool } from '@vm-tools/libdomain';
import type { PoolInput } from '../options.ts';
import type { DestroyedPool } from '../result.ts';

export async function destroy(invocation: Invocation<PoolInput>): Promise<Outcome<DestroyedPool>> {
  const host = await invocation.openHost();
  const pool = await resolvePool(host, invocation.input.pool);
  await destroyPool(host, pool);
  const { id, name } = pool;
  return { value: { id, name, state: 'destroyed' }, text: `${name}: destroyed` };
}
