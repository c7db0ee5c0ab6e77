import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { LoopDevice } from '@vm-tools/dom0';
import { writeAside } from '@vm-tools/write-file';
import type { Host } from '../../host.ts';
import { listFolder } from '../../files/list-folder.ts';

/** A loop device that a hotplug script has set up for a disk, as it was noted then. */
export interface LoopRecord extends Pick<LoopDevice, 'path' | 'sequence'> {
  readonly domid: number;
}

const LOOP = /^\/dev\/loop\d+$/;
const NAME = /^loop\d+$/;

/** It goes with the loop devices, when the host is booted. */
const folderOf = ({ root }: Pick<Host, 'root'>): string => join(root, 'run/vm-tools/loops');
const pathOf = (host: Pick<Host, 'root'>, path: string): string => join(folderOf(host), basename(path));

/**
 * Notes the loop device that the script of a disk has set up. Nothing else tells it from one that an operator has set
 * up for a file, when the backend is gone.
 */
export async function noteLoop(host: Host, backend: string, domid: number): Promise<void> {
  const path = await host.store.read(`${backend}/node`);
  if (path === undefined || !LOOP.test(path)) return;
  const loop = await host.dom0.lookAtLoop(path);
  if (loop === undefined || loop.sequence === '') return;
  const file = pathOf(host, path);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeAside(file, `${JSON.stringify({ sequence: loop.sequence, domid })}\n`, { mode: 0o600 });
}

/** What was noted. Of a loop device that is another one by now, its number says so. */
export async function loopRecords(host: Host): Promise<readonly LoopRecord[]> {
  const names = (await listFolder(folderOf(host))).filter((name) => NAME.test(name));
  const found = await Promise.all(names.map(async (name) => readRecord(host, `/dev/${name}`)));
  return found.flatMap((record) => record ?? []);
}

async function readRecord(host: Host, path: string): Promise<LoopRecord | undefined> {
  try {
    const { sequence, domid } = JSON.parse(await readFile(pathOf(host, path), 'utf8')) as Partial<LoopRecord>;
    return typeof sequence === 'string' && typeof domid === 'number' ? { path, sequence, domid } : undefined;
  } catch {
    return undefined; // half written, or gone in this moment
  }
}

/**
 * Behind the script of a disk that is gone: it leaves the loop device of a file that was removed meanwhile. What cannot
 * be taken away is no obstacle, and vm-doctor finds it.
 *
 * @param path the loop device that the disk had
 */
export async function dropLoop(host: Host, path: string): Promise<void> {
  const record = await readRecord(host, path);
  if (record === undefined) return;
  // Where nothing can be told of it, the script has most likely done its work.
  const there = await host.dom0.lookAtLoop(path).catch(() => undefined);
  const loop = there?.sequence === record.sequence ? there : undefined;
  if (loop?.isInUse === true) return; // it goes when it is let go
  try {
    if (loop !== undefined) await host.dom0.detachLoop(loop);
    await forgetLoop(host, path);
  } catch {
    // told by vm-doctor
  }
}

/** There is nothing to be taken away any more. */
export async function forgetLoop(host: Pick<Host, 'root'>, path: string): Promise<void> {
  if (LOOP.test(path)) await rm(pathOf(host, path), { force: true });
}
