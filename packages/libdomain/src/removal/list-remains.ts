import type { DomainInfo } from '@vm-tools/xc-native';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { domainPath } from '../paths.ts';
import { listUserdata, removeUserdata } from '../userdata.ts';
import { destroyDomain } from '../actions/destroy-domain.ts';

/** What is still there of a domain that Xen does not have any more. */
export interface Remains extends Pick<Domain, 'domid' | 'uuid'> {
  /** "its nodes in xenstore", "its devices' backends", "its stored configuration" */
  readonly what: readonly string[];
  /** Another domain has the same number by now: only what is kept under the UUID is of the one that is gone. */
  readonly isNumberTaken: boolean;
}

/** Stands for the UUID of a domain of which only numbered nodes are left: no domain has it. */
const NO_UUID = '00000000-0000-0000-0000-000000000000';
const VM = /^\/vm\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * Domains that are gone, and of which something is still here: the toolstack that destroyed them was killed before its
 * last step. Xen is asked last, because each of these things is made after its domain.
 */
export async function listRemains(host: Host): Promise<readonly Remains[]> {
  const { store, xen } = host;
  const [nodes, backends, userdata] = await Promise.all([
    numberedIn(host, ['/local/domain', '/libxl']),
    numberedIn(host, await backendFolders(host)),
    listUserdata(host),
  ]);
  const known = await Promise.all(
    [...new Set([...nodes, ...backends])].map(async (domid) => {
      const [, uuid] = VM.exec((await store.read(`${domainPath(domid)}/vm`)) ?? '') ?? [];
      return { domid, uuid };
    }),
  );
  const there = new Map((await xen.domainGetinfolist()).map((info) => [info.domid, info]));
  const found = new Map<string, Remains>();
  for (const { domid, uuid } of userdata) {
    const info = there.get(domid);
    if (info?.uuid === uuid || isMoving(there, uuid)) continue;
    const what = ['its stored configuration'];
    found.set(`${domid} ${uuid}`, { domid, uuid, what, isNumberTaken: info !== undefined });
  }
  for (const { domid, uuid } of known) {
    if (there.has(domid)) continue;
    const kept = [...found.values()].find((one) => one.domid === domid);
    const of = uuid ?? kept?.uuid ?? NO_UUID;
    const what = [
      ...(nodes.has(domid) ? ['its nodes in xenstore'] : []),
      ...(backends.has(domid) ? ['the backends of its devices'] : []),
      ...(kept?.what ?? []),
    ];
    found.set(`${domid} ${of}`, { domid, uuid: of, what, isNumberTaken: false });
  }
  return [...found.values()].sort((a, b) => a.domid - b.domid);
}

/** Removes them. What another domain has under the same number stays. @throws as `destroyDomain` */
export async function removeRemains(
  host: Host,
  { domid, uuid, isNumberTaken }: Pick<Remains, 'domid' | 'uuid' | 'isNumberTaken'>,
): Promise<void> {
  if (isNumberTaken) return removeUserdata(host, { domid, uuid });
  await destroyDomain(host, { domid, uuid });
  // Backends to which no nodes of the domain lead any more.
  for (const folder of await backendFolders(host)) await host.store.rm(`${folder}/${domid}`);
}

/** A guest that is being restarted has two numbers for a moment. */
function isMoving(there: ReadonlyMap<number, DomainInfo>, uuid: string): boolean {
  return [...there.values()].some((info) => info.uuid === uuid && info.isDying);
}

/** Where dom0 and driver domains keep the backends that they serve, a folder for each kind. */
async function backendFolders({ store }: Host): Promise<string[]> {
  const owners = await store.directory('/local/domain');
  const folders = await Promise.all(
    (owners ?? []).map(async (owner) => {
      const folder = `/local/domain/${owner}/backend`;
      return ((await store.directory(folder)) ?? []).map((kind) => `${folder}/${kind}`);
    }),
  );
  return [...folders.flat(), '/local/domain/0/device-model'];
}

/** The numbers of domains that are names in these folders, dom0's left out. */
async function numberedIn({ store }: Host, folders: readonly string[]): Promise<ReadonlySet<number>> {
  const names = await Promise.all(folders.map(async (folder) => (await store.directory(folder)) ?? []));
  return new Set(
    names
      .flat()
      .filter((name) => /^[1-9]\d{0,4}$/.test(name))
      .map(Number),
  );
}
