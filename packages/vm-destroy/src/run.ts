import { forEachDomain, type Invocation, type OneOrList, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { destroyDomain, findRemains, removePending, resolveDomain } from '@vm-tools/libdomain';
import type { DestroyInput } from './options.ts';
import type { Destroyed } from './result.ts';

export async function destroy(invocation: Invocation<DestroyInput>): Promise<Outcome<OneOrList<Destroyed>>> {
  const host = await invocation.openHost();
  const { input, signal } = invocation;
  return forEachDomain<Destroyed>(invocation, input.domain, async (word) => {
    const domain = await resolveDomain(host, word).catch(async (thrown: unknown) => {
      const isUnknown = thrown instanceof VmToolsError && thrown.code === 'DOMAIN_UNKNOWN';
      const remains = isUnknown ? await findRemains(host, word) : undefined;
      if (remains === undefined) throw thrown;
      return remains;
    });
    await destroyDomain(host, domain, { waitMs: input.wait, signal });
    await removePending(host, domain); // a restart that has failed is not wanted any more
    const { domid, uuid, name } = domain;
    return { value: { domid, uuid, name, state: 'destroyed' }, line: `${name || domid}: destroyed` };
  });
}
