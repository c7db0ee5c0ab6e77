import { VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import { poolOf } from '../../cpupools/pool-of.ts';
import type { DomainConfig } from '../../config/schema.ts';
import { listDevices } from '../../devices/nodes/list-devices.ts';
import type { Domain } from '../../domain.ts';
import type { Host } from '../../host.ts';
import { fromLibxlJson, updateLibxlJson } from '../../image-config/index.ts';
import { MAXMEM_SLACK_KIB, PAGE_BYTES } from '../../memory.ts';
import { domainPath, userdataPath } from '../../paths.ts';
import { currentScheduling } from '../../scheduling/current-scheduling.ts';
import { readUserdata } from '../../userdata.ts';
import { notSavable } from './check-savable.ts';

export interface CurrentConfig {
  /** libxl's JSON */
  readonly json: string;
  /** the same, as the target will read it */
  readonly config: DomainConfig;
}

/**
 * The configuration of a running domain as it is now: a tool that renames a domain, or gives it more memory, leaves its
 * userdata as it was, and it would come back under its old name and with too little.
 *
 * It is read here as a target will read it. A guest that cannot be restored must not be saved, and before it is saved
 * the guest has not been touched.
 *
 * @throws VmToolsError DOMAIN_NO_CONFIG when it is missing, damaged or of another domain; DOMAIN_NOT_SAVABLE, also of a
 *   guest that is to stay where it is
 */
export async function currentConfig(host: Host, domain: Domain, info: DomainInfo): Promise<CurrentConfig> {
  const current = await readCurrentConfig(host, domain, info);
  if (current.config.noMigrate === true)
    throw notSavable(domain, 'its configuration says that it stays (nomigrate)').with({
      hint: 'shut it down, and create it anew without nomigrate',
    });
  return current;
}

/** The same of a guest that need not be saved: it may be to stay where it is. */
export async function readCurrentConfig(
  host: Host,
  domain: Domain,
  info: DomainInfo,
): Promise<CurrentConfig> {
  const written = await readUserdata(host, domain);
  const json = updateLibxlJson(written, {
    name: domain.name === '' ? undefined : domain.name,
    uuid: domain.uuid,
    ...(await currentMemory(host, info)),
    devices: await listDevices(host.store, domain.domid),
    scheduling: await currentScheduling(host, info),
    pool: (await poolOf(host, info))?.name,
  });
  const config = readAsTarget(host, domain, json);
  requireOfDomain(host, domain, info, config);
  return { json, config };
}

/** Its real memory, if that is more: a guest that has yet to give memory back brings all of it along. */
async function currentMemory(
  { store }: Host,
  { domid, totPages }: DomainInfo,
): Promise<{ memoryKib?: number; maxMemoryKib?: number | undefined }> {
  const [target, max] = await Promise.all(
    ['target', 'static-max'].map((name) => store.read(`${domainPath(domid)}/memory/${name}`)),
  );
  const ownedKib = (totPages * PAGE_BYTES) / 1024;
  const targetKib = toKib(target);
  if (targetKib === undefined) return {};
  const memoryKib = ownedKib > targetKib + MAXMEM_SLACK_KIB ? ownedKib : targetKib;
  return { memoryKib, maxMemoryKib: toKib(max) };
}

function toKib(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

function readAsTarget(host: Host, domain: Domain, json: string): DomainConfig {
  try {
    // A name that is not possible is no obstacle: it can be given another one where it is restored.
    return fromLibxlJson(json, { name: domain.name });
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError)) throw thrown;
    const why = String(thrown.details['why']);
    throw thrown.kind === 'corrupt' ? damaged(host, domain, why, thrown) : notSavable(domain, why, thrown);
  }
}

/** A restored domain is made by the configuration, and filled with the memory of the saved one. */
function requireOfDomain(
  host: Host,
  domain: Domain,
  { maxVcpuId }: DomainInfo,
  { type, maxVcpus }: DomainConfig,
): void {
  if (type !== domain.type)
    throw damaged(host, domain, `its type is ${type}, the domain's is ${domain.type}`);
  if (maxVcpus !== maxVcpuId + 1)
    throw damaged(host, domain, `it has ${maxVcpus} vCPUs, the domain has ${maxVcpuId + 1}`);
}

function damaged(host: Host, { domid, uuid, name }: Domain, why: string, cause?: unknown): VmToolsError {
  const path = userdataPath(host, domid, uuid);
  return new VmToolsError({
    code: 'DOMAIN_NO_CONFIG',
    kind: 'corrupt',
    message: `the configuration of ${name}, ${path}, is damaged: ${why}`,
    hint: 'put the file right, or shut the guest down and create it anew',
    details: { path, why },
    cause,
  });
}
