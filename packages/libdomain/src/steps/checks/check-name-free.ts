import { VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import type { StoreAccess } from '@vm-tools/xenstore';
import type { Host } from '../../host.ts';
import { domainPath } from '../../paths.ts';
import { findRestarting } from '../../pending/pending-restarts.ts';
import { readNames } from '../../read-names.ts';
import type { Step } from '../../step/step.ts';
import type { Looked, Wanted } from '../context.ts';

/** Xen and xenstore would both take a second domain of the same name, and no user could tell them apart. */
export const checkNameFree: Step<Wanted, Looked> = {
  name: 'check-name-free',
  about: ({ config }) => `no domain is called ${config?.name} or has UUID ${config?.uuid}`,
  async run({ config, configJson, host }) {
    const infos = await living(host);
    await requireNameFree(host, config, infos);
    // One that was saved, or starts anew, is not the same guest under another.
    await requireUuidFree(host, config.uuid, infos, { isOptional: configJson === undefined });
    return { known: new Set(infos.map(({ domid }) => domid)) };
  },
};

/**
 * @param known all domains, for a caller that has just looked
 * @throws VmToolsError DOMAIN_NAME_TAKEN of kind usage
 */
export async function requireNameFree(
  host: Host,
  { name, uuid }: { readonly name: string; readonly uuid: string },
  known?: readonly DomainInfo[],
): Promise<void> {
  const infos = known ?? (await living(host));
  const namesake = infos[(await readNames(host.store, infos)).indexOf(name)];
  if (namesake !== undefined) throw nameTaken(name, namesake.domid);
  const restarting = await findRestarting(host, name);
  if (restarting === undefined || restarting.uuid === uuid) return;
  throw new VmToolsError({
    code: 'DOMAIN_NAME_TAKEN',
    kind: 'usage',
    message: `a domain called ${name} is being restarted: its old one has gone, and its new one is not here yet`,
    hint: `wait for it, which vm-list ${name} shows, or choose another name`,
    details: { name },
  });
}

/**
 * Within the transaction that takes the name: whether a domain has come up under it since, made by a toolstack that
 * does not know xl's lock. The names of those that were there are not read again.
 *
 * @param known those that were there, and the one that is to have the name
 * @throws VmToolsError DOMAIN_NAME_TAKEN of kind usage
 */
export async function requireStillFree(
  { xen }: Host,
  tx: Pick<StoreAccess, 'read' | 'directory'>,
  name: string,
  known: ReadonlySet<number>,
): Promise<void> {
  const domids = ((await tx.directory('/local/domain')) ?? []).map(Number);
  for (const domid of domids.filter((each) => !known.has(each))) {
    if ((await tx.read(`${domainPath(domid)}/name`)) !== name) continue;
    // Nodes may be all that is left of it.
    if ((await xen.domainGetinfo(domid))?.isDying === false) throw nameTaken(name, domid);
  }
}

function nameTaken(name: string, domid: number): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NAME_TAKEN',
    kind: 'usage',
    message: `a domain called ${name} is there already, as domid ${domid}`,
    hint: domid === 0 ? 'choose another name' : 'destroy it first, or choose another name',
    details: { name, domid },
  });
}

/**
 * @param known all domains, for a caller that has just looked
 * @param options whether the UUID can be left out, of a domain that is new
 * @throws VmToolsError DOMAIN_UUID_TAKEN of kind usage
 */
export async function requireUuidFree(
  host: Host,
  uuid: string,
  known?: readonly DomainInfo[],
  { isOptional = false }: { readonly isOptional?: boolean } = {},
): Promise<void> {
  const infos = known ?? (await living(host));
  const twin = infos.find((info) => info.uuid === uuid);
  if (twin === undefined) return;
  const [name = ''] = await readNames(host.store, [twin]);
  const ways = [
    ...(twin.domid === 0 ? [] : ['destroy it first']),
    ...(isOptional ? ['leave out uuid to get a new one'] : []),
  ];
  throw new VmToolsError({
    code: 'DOMAIN_UUID_TAKEN',
    kind: 'usage',
    message: `UUID ${uuid} is that of the domain ${name} (domid ${twin.domid})`,
    hint: ways.length === 0 ? 'restore it on another host: here that is dom0 itself' : ways.join(', or '),
    details: { uuid, domid: twin.domid },
  });
}

async function living({ xen }: Host): Promise<readonly DomainInfo[]> {
  return (await xen.domainGetinfolist()).filter(({ isDying }) => !isDying);
}
