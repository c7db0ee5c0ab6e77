import { ensureMonitor, type Invocation, type Outcome } from '@vm-tools/cli';
import { resolveDomain, shutdownDomain } from '@vm-tools/libdomain';
import type { ShutdownInput } from './options.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

export async function shutdown(invocation: Invocation<ShutdownInput>): Promise<Outcome> {
  const { input, signal } = invocation;
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, input.domain);
  await ensureMonitor(invocation);
  const state = await shutdownDomain(host, domain, {
    mode: 'poweroff',
    wait: input.wait === true,
    force: input.force === true,
    ...(input.timeout === undefined ? {} : { timeoutMs: input.timeout }),
    // Waiting for it includes waiting for another tool that holds it.
    waitMs: input.wait ? (input.timeout ?? DEFAULT_TIMEOUT_MS) : undefined,
    signal,
  });
  const { domid, uuid, name } = domain;
  return { value: { domid, uuid, name, state } };
}
