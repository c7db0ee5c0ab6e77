import { forEachDomain, type Invocation, type OneOrList, type Outcome } from '@vm-tools/cli';
import { pauseDomain, resolveDomain } from '@vm-tools/libdomain';
import type { PauseInput } from './options.ts';
import type { Paused } from './result.ts';

export async function pause(invocation: Invocation<PauseInput>): Promise<Outcome<OneOrList<Paused>>> {
  const host = await invocation.openHost();
  const { input, signal } = invocation;
  return forEachDomain<Paused>(invocation, input.domain, async (word) => {
    const domain = await resolveDomain(host, word);
    await pauseDomain(host, domain, { waitMs: input.wait, signal });
    const { domid, uuid, name } = domain;
    return { value: { domid, uuid, name, state: 'paused' }, line: `${name}: paused` };
  });
}
