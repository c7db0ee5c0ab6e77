import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { readUserdata } from '../userdata.ts';

/** What is looked at here of libxl's JSON. */
interface LibxlConfig {
  c_info?: { name?: unknown };
  b_info?: { max_memkb?: unknown };
}

export interface CurrentConfig {
  /** libxl's JSON */
  readonly json: string;
  /** the same, parsed */
  readonly config: unknown;
  /** what it may grow to, as the configuration has it; 0 when that does not say */
  readonly maxMemoryKib: number;
}

/**
 * The configuration of a running domain, under the name that it has now: who renames a domain leaves the old name in
 * its userdata, and it would come to the other host under that.
 *
 * @throws VmToolsError DOMAIN_NO_CONFIG, and SyntaxError
 */
export async function currentConfig(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
): Promise<CurrentConfig> {
  const json = await readUserdata(host, domain);
  const config = JSON.parse(json) as LibxlConfig;
  const maxMemoryKib = Number(config.b_info?.max_memkb ?? 0);
  if (config.c_info === undefined || config.c_info.name === domain.name)
    return { json, config, maxMemoryKib };
  config.c_info.name = domain.name;
  return { json: JSON.stringify(config, null, 4), config, maxMemoryKib };
}
