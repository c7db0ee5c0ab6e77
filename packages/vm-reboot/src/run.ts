import { ensureMonitor, type Invocation, type Outcome } from '@vm-tools/cli';
import { holdDomain, requireRestartable, resolveDomain, shutdownDomain } from '@vm-tools/libdomain';
import { readPeer, trustFolder } from '@vm-tools/trust';
import type { RebootInput } from './options.ts';

export async function reboot(invocation: Invocation<RebootInput>): Promise<Outcome> {
  const { input, signal } = invocation;
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, input.domain);
  {
    // Another tool at work is reported before a fault of the stored configuration.
    await using _held = await holdDomain(host, domain, { waitMs: input.wait, signal });
    await requireRestartable(host, domain, {
      rulesOfPeer: (peer) => readPeer(trustFolder(host.root), peer),
    });
  }
  await ensureMonitor(invocation);
  const state = await shutdownDomain(host, domain, {
    mode: 'reboot',
    ...(input.timeout === undefined ? {} : { timeoutMs: input.timeout }),
    waitMs: input.wait,
    signal,
  });
  const { domid, uuid, name } = domain;
  return { value: { domid, uuid, name, state } };
}
