import { forEachDomain, type Invocation, type OneOrList, type Outcome } from '@vm-tools/cli';
import { unpauseDomain, resolveDomain } from '@vm-tools/libdomain';
import type { UnpauseInput } from './options.ts';
import type { Unpaused } from './result.ts';

export async function unpause(invocation: Invocation<UnpauseInput>): Promise<Outcome<OneOrList<Unpaused>>> {
  const { input, signal } = invocation;
  const host = await invocation.openHost();
  return forEachDomain<Unpaused>(invocation, input.domain, async (word) => {
    const domain = await resolveDomain(host, word);
    await unpauseDomain(host, domain, { force: input.force, waitMs: input.wait, signal });
    const { domid, uuid, name } = domain;
    return { value: { domid, uuid, name, state: 'running' }, line: `${name}: running` };
  });
}
