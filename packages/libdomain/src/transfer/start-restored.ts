import type { Domain } from '../domain.ts';
import { guestError } from '../guest/guest-error.ts';
import { requireThere } from '../guest/requirements.ts';
import type { Host } from '../host.ts';
import { incomingPath } from '../paths.ts';

/** Lets a domain run that has come here, and that the caller holds. From then on it is like any other. */
export async function startRestored(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  { paused = false }: { readonly paused?: boolean } = {},
): Promise<void> {
  try {
    await host.store.rm(incomingPath(domain.domid));
    if (!paused && (await requireThere(host, domain)).isPaused) await host.xen.domainUnpause(domain.domid);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `starting ${domain.name}`,
      hint: 'start it again',
    });
  }
}
