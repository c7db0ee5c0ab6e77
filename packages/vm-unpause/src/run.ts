import { forEachDomain, type Invocation, type Outcome } from '@vm-tools/cli';
import { unpauseDomain, resolveDomain } from '@vm-tools/libdomain';
import type { UnpauseInput } from './options.ts';

export async function unpause(invocation: Invocation<UnpauseInput>): Promise<Outcome> {
  const { input, signal } = invocation;
  const host = await invocation.openHost();
  return forEachDomain(invocation, input.domain, async (word) => {
    const domain = await resolveDomain(host, word);
    await unpauseDomain(host, domain, { force: input.force, waitMs: input.wait, signal });
    const { domid, uuid, name } = domain;
    return { value: { domid, uuid, name, state: 'running' }, line: `${name}: running` };
  });
}
