import type { Invocation, Outcome } from '@vm-tools/cli';
import { pauseDomain, resolveDomain } from '@vm-tools/libdomain';
import type { PauseInput } from './options.ts';

export async function pause(invocation: Invocation<PauseInput>): Promise<Outcome> {
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, invocation.input.domain);
  const { signal } = invocation;
  await pauseDomain(host, domain, { waitMs: invocation.input.wait, signal });
  const { domid, uuid, name } = domain;
  return { value: { domid, uuid, name, state: 'paused' } };
}
