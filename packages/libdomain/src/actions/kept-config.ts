import type { Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import { requireThere } from '../guest/requirements.ts';
import type { Host } from '../host.ts';
import { fromLibxlJson } from '../image-config/index.ts';
import { readOrigin, requireStartable, rulesFor, type Origin, type RulesOfPeer } from '../places/index.ts';
import { readCurrentConfig } from '../transfer/source/current-config.ts';
import { createDomain, type CreateOptions } from './create-domain.ts';

/** What has to be kept of a domain to make it anew once it has gone. */
export interface KeptConfig {
  /** libxl's JSON */
  readonly configJson: string;
  /** the author of that. @default the operator */
  readonly origin?: Origin | undefined;
}

/** How a domain is made from it, and what the rules of a peer are. */
export interface CreateKeptOptions extends Omit<CreateOptions, 'configJson' | 'origin' | 'rules'> {
  /** @default what holds for all peers */
  readonly rulesOfPeer?: RulesOfPeer | undefined;
}

/**
 * The configuration of a domain as it is now, with all that was changed since its beginning, and the author of it.
 *
 * @throws VmToolsError DOMAIN_UNKNOWN; DOMAIN_NO_CONFIG, DOMAIN_NOT_SAVABLE: it could not be made anew
 */
export async function keptConfig(host: Host, domain: Domain): Promise<KeptConfig> {
  try {
    const info = await requireThere(host, domain);
    const { json: configJson } = await readCurrentConfig(host, domain, info);
    return { configJson, origin: await readOrigin(host.store, domain.domid) };
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `reading the configuration of ${domain.name}`,
      hint: 'try again',
    });
  }
}

/**
 * Makes a domain anew, with its UUID. What its author may not reach is refused before there is a domain.
 *
 * @throws VmToolsError as `createDomain`, and what the rules for its author refuse
 */
export async function createKept(
  host: Host,
  { configJson, origin }: KeptConfig,
  { rulesOfPeer, ...options }: CreateKeptOptions = {},
): Promise<Domain> {
  const config = fromLibxlJson(configJson, { isHere: true });
  const rules = await rulesFor(host, origin, rulesOfPeer);
  await requireStartable(config, rules);
  return createDomain(host, config, { ...options, configJson, origin, rules });
}
