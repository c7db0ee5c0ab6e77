import { unpauseDomain } from '../actions/pause-domain.ts';
import type { Domain } from '../domain.ts';
import { guestError } from '../guest/guest-error.ts';
import type { Host } from '../host.ts';
import { incomingPath } from '../paths.ts';

/** Lets a domain run that has come here. From then on it is like any other. */
export async function startRestored(
  host: Host,
  domain: Pick<Domain, 'domid' | 'name'>,
  { paused = false }: { readonly paused?: boolean } = {},
): Promise<void> {
  try {
    await host.store.rm(incomingPath(domain.domid));
    if (!paused) await unpauseDomain(host, domain);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `starting ${domain.name}`,
      hint: 'start it again',
    });
  }
}
