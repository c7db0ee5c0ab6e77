import { VmToolsError } from '@vm-tools/errors';
import type { FileFacts } from '@vm-tools/dom0';
import type { Host } from '../../host.ts';
import { domainPath } from '../../paths.ts';
import { backendPlace } from '../backend/backend-place.ts';
import type { Device } from '../nodes/list-devices.ts';

const BACKENDS = `${domainPath(0)}/backend`;
/** The kinds of backends whose `params` name a file or a block device of dom0. */
const DISK_BACKENDS = ['vbd', 'qdisk'];

/** A disk as a backend in dom0 has it. */
export interface UsedDisk {
  readonly domid: number;
  readonly backend: string;
  readonly target: string;
  readonly isWritable: boolean;
}

/** The path that `params` of a backend names, or a script's own syntax. */
export function targetOf(params: string, backendKind: string): string {
  return backendKind === 'qdisk' ? params.slice(params.indexOf(':') + 1) : params;
}

/** All disks that backends in dom0 have, of whichever toolstack. The questions go out together: a host may have 1,000. */
async function usedDisks({ store }: Pick<Host, 'store'>): Promise<readonly UsedDisk[]> {
  const below = async (path: string): Promise<string[]> =>
    ((await store.directory(path)) ?? []).map((name) => `${path}/${name}`);
  const each = async (paths: readonly string[]): Promise<string[]> =>
    (await Promise.all(paths.map(below))).flat();
  const domains = await each(DISK_BACKENDS.map((kind) => `${BACKENDS}/${kind}`));
  const disks = await Promise.all((await each(domains)).map((backend) => usedDisk(store, backend)));
  return disks.filter((disk) => disk !== undefined);
}

/** @returns undefined for one that has gone meanwhile */
async function usedDisk(store: Host['store'], backend: string): Promise<UsedDisk | undefined> {
  const place = backendPlace({ backend });
  const [params, mode] = await Promise.all([store.read(`${backend}/params`), store.read(`${backend}/mode`)]);
  if (place === undefined || params === undefined) return undefined;
  const { domid, backendKind } = place;
  return { domid, backend, target: targetOf(params, backendKind), isWritable: mode !== 'r' };
}

/** A file by its inode, a block device by its number: neither by its name. */
function identityOf(facts: FileFacts): string | undefined {
  if (facts.is === 'file') return `file ${facts.device} ${facts.inode}`;
  return facts.is === 'block' ? `block ${facts.major}:${facts.minor}` : undefined;
}

/** A disk that is there, or is to be. */
export interface WantedDisk {
  readonly target: string;
  readonly isWritable: boolean;
  /** of its own domain, whose other disks are left out; none before there is a domain */
  readonly domid?: number | undefined;
}

/**
 * Makes sure that a disk has one writer, or readers alone. Neither libxl nor qemu nor, for files, Xen's scripts do.
 *
 * @throws DOMAIN_DISK_BUSY of kind usage, with the domain that has it
 */
export async function requireTargetFree(host: Host, wanted: WantedDisk): Promise<void> {
  const identity = identityOf(await host.dom0.lookAt(wanted.target));
  if (identity === undefined) return;
  for (const other of await usedDisks(host)) {
    if (!(wanted.isWritable || other.isWritable) || other.target === '' || other.domid === wanted.domid)
      continue;
    if (identityOf(await host.dom0.lookAt(other.target)) !== identity) continue;
    if (await isAlive(host, other.domid)) throw await busy(host, wanted, other);
  }
}

/** The same for a disk whose nodes stand: of two that come at the same time each sees the other. */
export async function requireAlone(host: Host, { backend }: Pick<Device, 'backend'>): Promise<void> {
  const own = await usedDisk(host.store, backend);
  if (own !== undefined && own.target !== '') await requireTargetFree(host, own);
}

/** What a dying domain has written cannot be told from what is still to be written, but nothing new comes. */
async function isAlive({ xen }: Host, domid: number): Promise<boolean> {
  const info = await xen.domainGetinfo(domid);
  return info !== undefined && !info.isDying;
}

async function busy({ store }: Host, own: WantedDisk, other: UsedDisk): Promise<VmToolsError> {
  const name = (await store.read(`${domainPath(other.domid)}/name`)) ?? `domain ${other.domid}`;
  const how = other.isWritable ? 'may write to it' : 'reads it';
  return new VmToolsError({
    code: 'DOMAIN_DISK_BUSY',
    kind: 'usage',
    message: `the disk ${own.target} is in use: ${name} (domain ${other.domid}) ${how}`,
    hint: `shut ${name} down first, give each its own copy, or make both read only`,
    details: { target: own.target, domid: other.domid, backend: other.backend },
  });
}
