import type { Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import { isOurs } from '../guest/is-ours.ts';
import { requireThere, requireWhole } from '../guest/requirements.ts';
import type { Host } from '../host.ts';
import { readOrigin, requireStartable, rulesFor, type RulesOfPeer } from '../places/index.ts';
import { readStoredConfig } from '../stored-config.ts';
import { shutdownAction } from './shutdown-action.ts';

/**
 * Refuses a reboot after which the guest could not be started again: asked before the guest is. Domains of xl are
 * xl's to restart.
 *
 * @throws VmToolsError DOMAIN_UNKNOWN, XFR_UNRESOLVED, DOMAIN_UNFINISHED; DOMAIN_NO_CONFIG; as `requireStartable`, all of kind usage: the guest runs on
 */
export async function requireRestartable(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  options: { readonly rulesOfPeer?: RulesOfPeer } = {},
): Promise<void> {
  try {
    await requireWhole(host, domain, await requireThere(host, domain));
    if (!(await isOurs(host, domain))) return;
    const config = await readStoredConfig(host, domain);
    if (shutdownAction(config, 'reboot') !== 'restart') return;
    const origin = await readOrigin(host.store, domain.domid);
    await requireStartable(config, await rulesFor(host, origin, options.rulesOfPeer));
  } catch (thrown) {
    throw await guestError(host, domain, thrown, { doing: `rebooting ${domain.name}`, hint: 'try again' });
  }
}
