import { forEachDomain, type Invocation, type Outcome } from '@vm-tools/cli';
import { pauseDomain, resolveDomain } from '@vm-tools/libdomain';
import type { PauseInput } from './options.ts';

export async function pause(invocation: Invocation<PauseInput>): Promise<Outcome> {
  const host = await invocation.openHost();
  const { input, signal } = invocation;
  return forEachDomain(invocation, input.domain, async (word) => {
    const domain = await resolveDomain(host, word);
    await pauseDomain(host, domain, { waitMs: input.wait, signal });
    const { domid, uuid, name } = domain;
    return { value: { domid, uuid, name, state: 'paused' }, line: `${name}: paused` };
  });
}
