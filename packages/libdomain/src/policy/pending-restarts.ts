import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import { listFolder } from '../list-folder.ts';

/** A restart that has begun: the old domain may be there still, and the new one may be there already. */
export interface PendingRestart {
  readonly domid: number;
  readonly uuid: string;
  /** libxl's JSON */
  readonly configJson: string;
}

/**
 * Between the end of a domain and its next beginning, nothing on the host knows of it. So what is to be started is
 * written down before. It lies in run/, because no restart is to survive the host's own.
 */
const folderOf = ({ root }: Pick<Host, 'root'>): string => join(root, 'run/vm-tools/restart');

const pathOf = (host: Pick<Host, 'root'>, { domid, uuid }: Pick<PendingRestart, 'domid' | 'uuid'>): string =>
  join(folderOf(host), `${domid}.${uuid}.libxl-json`);

export async function writePending(host: Host, pending: PendingRestart): Promise<void> {
  const path = pathOf(host, pending);
  await mkdir(folderOf(host), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, pending.configJson, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export async function removePending(
  host: Host,
  pending: Pick<PendingRestart, 'domid' | 'uuid'>,
): Promise<void> {
  await rm(pathOf(host, pending), { force: true });
}

/** What a monitor that ended in the middle has left. */
export async function readPending(host: Host): Promise<PendingRestart[]> {
  const found: PendingRestart[] = [];
  for (const name of await listFolder(folderOf(host))) {
    const { domid, uuid } = /^(?<domid>\d+)\.(?<uuid>[0-9a-f-]{36})\.libxl-json$/.exec(name)?.groups ?? {};
    if (domid === undefined || uuid === undefined) continue;
    found.push({
      domid: Number(domid),
      uuid,
      configJson: await readFile(join(folderOf(host), name), 'utf8'),
    });
  }
  return found;
}
