import { forEachDomain, type Invocation, type OneOrList, type Outcome } from '@vm-tools/cli';
import { moveToPool, resolveDomain, resolvePool } from '@vm-tools/libdomain';
import type { MoveInput } from '../options.ts';
import type { Moved } from '../result.ts';

export async function move(invocation: Invocation<MoveInput>): Promise<Outcome<OneOrList<Moved>>> {
  const { input, signal } = invocation;
  const host = await invocation.openHost();
  const pool = await resolvePool(host, input.pool);
  return forEachDomain(invocation, input.domain, async (word) => {
    const domain = await resolveDomain(host, word);
    await moveToPool(host, domain, pool, { waitMs: input.wait, signal });
    const { domid, uuid, name } = domain;
    return { value: { domid, uuid, name, cpupool: pool.name }, line: `${name}: runs in ${pool.name}` };
  });
}
