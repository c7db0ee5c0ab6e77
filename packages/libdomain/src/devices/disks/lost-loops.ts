import type { LoopDevice } from '@vm-tools/dom0';
import { domainPath } from '../../paths.ts';
import type { Host } from '../../host.ts';
import { forgetLoop, loopRecords } from './loop-records.ts';

/** A loop device that a hotplug script has set up for a disk, and that belongs to none any more. */
export interface LostLoop extends LoopDevice {
  /** the domain that had the disk */
  readonly domid: number;
  /** Of that domain, as far as its nodes are still there. */
  readonly uuid: string | undefined;
  /** The node in which a backend of that domain, which is gone, still names it. */
  readonly node: string | undefined;
}

/**
 * Loop devices of disks that are gone: their scripts were killed, or could not find a file that had been removed. Only
 * those of which it is known that a script has set them up: by what was noted then, or because the backend of a domain
 * that is gone names them and their file. What is in use is none of them, nor what shows a part of its file.
 */
export async function listLostLoops(host: Host): Promise<readonly LostLoop[]> {
  const { dom0, store, xen } = host;
  // Before the backends: one that comes meanwhile is not looked at.
  const loops = await dom0.listLoops();
  const idle = loops.filter(({ isPlain, isInUse }) => isPlain && !isInUse);
  if (idle.length === 0) return [];
  const [records, named] = await Promise.all([loopRecords(host), namedByBackends(host)]);
  const there = new Set((await xen.domainGetinfolist()).map(({ domid }) => domid));
  const found = await Promise.all(
    idle.map(async (loop): Promise<LostLoop[]> => {
      const backends = named.filter(({ path }) => path === loop.path);
      if (backends.some(({ domid }) => there.has(domid))) return [];
      const backend = backends.find(({ file }) => sameFile(loop, file));
      const record = records.find(({ path, sequence }) => path === loop.path && sequence === loop.sequence);
      const domid = backend?.domid ?? record?.domid;
      if (domid === undefined) return [];
      const uuid = (await store.read(`${domainPath(domid)}/vm`))?.replace(/^\/vm\//, '');
      return [{ ...loop, domid, uuid, node: backend?.node }];
    }),
  );
  return found.flat();
}

/** Takes it away. @throws DOM0_LOOP_STAYS */
export async function removeLostLoop(host: Host, { path, sequence, node }: LostLoop): Promise<void> {
  await host.dom0.detachLoop({ path, sequence });
  // Or the script that comes for the backend would take away another one that has the path by then.
  if (node !== undefined) await host.store.rm(node);
  await forgetLoop(host, path);
}

interface Named {
  readonly domid: number;
  readonly node: string;
  readonly path: string;
  readonly file: string;
}

/** One whose path has links in it is not recognised: the kernel tells it without. */
function sameFile(loop: LoopDevice, file: string): boolean {
  return loop.file.replace(/ \(deleted\)$/, '') === file;
}

async function namedByBackends({ store }: Host): Promise<readonly Named[]> {
  const folder = '/local/domain/0/backend/vbd';
  const found: Named[] = [];
  for (const domid of (await store.directory(folder)) ?? [])
    for (const id of (await store.directory(`${folder}/${domid}`)) ?? []) {
      const node = `${folder}/${domid}/${id}/node`;
      const [path, file] = [await store.read(node), await store.read(`${folder}/${domid}/${id}/params`)];
      if (path !== undefined && file !== undefined) found.push({ domid: Number(domid), node, path, file });
    }
  return found;
}
