import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAside } from '@vm-tools/write-file';
import type { Host } from '../host.ts';
import { listFolder } from '../files/list-folder.ts';
import { encodeOrigin, type Origin } from '../places/index.ts';

/** A restart that has begun: the old domain may be there still, and the new one may be there already. */
export interface PendingRestart {
  readonly domid: number;
  readonly uuid: string;
  readonly name: string;
  /** libxl's JSON */
  readonly configJson: string;
  /** the author of that; none for the operator */
  readonly origin?: Origin | undefined;
  /** why it has failed: then it goes on when an operator asks for it, and not by itself */
  readonly failure?: { readonly code: string; readonly message: string } | undefined;
}

type Identity = Pick<PendingRestart, 'domid' | 'uuid'>;

/**
 * Between the end of a domain and its next beginning, nothing on the host knows of it. So what is to be started is
 * written down before. It lies in run/, because no restart is to survive the host's own; one that has failed is all
 * that is left of its guest, and lies where it stays.
 */
const RUNNING = 'run/vm-tools/restart';
const FAILED = 'var/lib/vm-tools/restart';

const FILE_NAME = /^(?<domid>\d+)\.(?<uuid>[0-9a-f-]{36})\.json$/;

/** The file in which it is written down. */
export function pendingPath({ root }: Pick<Host, 'root'>, pending: Identity, hasFailed: boolean): string {
  return join(root, hasFailed ? FAILED : RUNNING, `${pending.domid}.${pending.uuid}.json`);
}

export async function writePending(host: Host, pending: PendingRestart): Promise<void> {
  const { name, configJson, origin, failure } = pending;
  const path = pendingPath(host, pending, failure !== undefined);
  const record = { name, configJson, origin: origin && encodeOrigin(origin), failure };
  const aside = `${path}.new`; // what a killed monitor has left there is overwritten
  await writeAside(path, JSON.stringify(record), { mode: 0o600, folderMode: 0o700, aside });
  await rm(pendingPath(host, pending, failure === undefined), { force: true });
}

/** Forgets a restart: it has been done, or is given up. */
export async function removePending(host: Host, pending: Identity): Promise<void> {
  for (const hasFailed of [false, true]) await rm(pendingPath(host, pending, hasFailed), { force: true });
}

/** Those that a monitor which ended in the middle has left, and those that have failed. */
export async function readPending(host: Pick<Host, 'root'>): Promise<PendingRestart[]> {
  const found = await Promise.all([RUNNING, FAILED].map((folder) => readFolder(join(host.root, folder))));
  return found.flat();
}

/** That which has begun, and has not failed, of a guest of this name: until it ends, the guest has no domain. */
export async function findRestarting(
  { root }: Pick<Host, 'root'>,
  wanted: string,
): Promise<PendingRestart | undefined> {
  return (await readFolder(join(root, RUNNING))).find(({ name }) => name === wanted);
}

/**
 * That of a guest whose domain has gone, by its name or UUID. Of several the last, which is how the guest was last.
 *
 * @param wanted a name, or a UUID
 */
export async function findPending(
  host: Pick<Host, 'root'>,
  wanted: string,
): Promise<PendingRestart | undefined> {
  const restarts = await readPending(host);
  return restarts
    .filter(({ name, uuid }) => name === wanted || uuid === wanted.toLowerCase())
    .sort((a, b) => b.domid - a.domid)[0];
}

async function readFolder(folder: string): Promise<PendingRestart[]> {
  const found: PendingRestart[] = [];
  for (const file of (await listFolder(folder)).sort()) {
    const { domid, uuid } = FILE_NAME.exec(file)?.groups ?? {};
    if (domid === undefined || uuid === undefined) continue;
    const text = await readFile(join(folder, file), 'utf8').catch(() => undefined); // it may just have been finished
    if (text === undefined) continue;
    const { decodePending } = await import('./pending-record.ts'); // there is seldom any
    found.push({ domid: Number(domid), uuid, ...decodePending(text) });
  }
  return found;
}
