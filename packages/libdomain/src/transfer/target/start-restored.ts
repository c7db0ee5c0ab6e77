import type { Domain } from '../../domain.ts';
import { guestError } from '../../guest-error.ts';
import { requireThere } from '../../guest/requirements.ts';
import type { Host } from '../../host.ts';
import { incomingPath } from '../../paths.ts';

/** Lets a domain run that has come here, and that the caller holds. From then on it is like any other. */
export async function startRestored(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  { paused = false }: { readonly paused?: boolean } = {},
): Promise<void> {
  try {
    const { domid } = domain;
    const { isPaused } = await requireThere(host, domain);
    const mark = await host.store.read(incomingPath(domid));
    // First: a guest that runs may be asked to do anything at once.
    await host.store.rm(incomingPath(domid));
    if (paused || !isPaused) return;
    await host.xen.domainUnpause(domid).catch(async (thrown: unknown) => {
      if (mark !== undefined) await host.store.write(incomingPath(domid), mark);
      throw thrown;
    });
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `starting ${domain.name}`,
      hint: 'start it again',
    });
  }
}
