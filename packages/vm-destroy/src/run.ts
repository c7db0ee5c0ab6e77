import type { Invocation, Outcome } from '@vm-tools/cli';
import { destroyDomain, removePending, resolveDomain } from '@vm-tools/libdomain';
import type { DestroyInput } from './options.ts';

export async function destroy(invocation: Invocation<DestroyInput>): Promise<Outcome> {
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, invocation.input.domain);
  const { input, signal } = invocation;
  await destroyDomain(host, domain, { waitMs: input.wait, signal });
  await removePending(host, domain); // a restart that has failed is not wanted any more
  const { domid, uuid, name } = domain;
  return { value: { domid, uuid, name, state: 'destroyed' } };
}
