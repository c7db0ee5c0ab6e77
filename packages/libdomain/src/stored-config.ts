import type { DomainConfig } from './config/schema.ts';
import type { Domain } from './domain.ts';
import type { Host } from './host.ts';
import { fromLibxlJson } from './image-config/index.ts';
import { readUserdata } from './userdata.ts';

/**
 * The configuration that is stored with a running domain, as it stands there.
 *
 * @throws DOMAIN_NO_CONFIG; and as `fromLibxlJson`
 */
export async function readStoredConfig(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
): Promise<DomainConfig> {
  return fromLibxlJson(await readUserdata(host, domain), { isHere: true });
}
