import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import { userdataFolder } from '../paths.ts';

/** A folder with what a bootloader has fetched for a start of a guest. */
export interface FetchedFolder {
  readonly path: string;
  /** of the guest */
  readonly uuid: string;
  readonly remove: () => Promise<void>;
}

const NAME = /^bootloader\.(?<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.d$/;

/** Those that there are: of a start that is under way, or whose process was killed. */
export async function listFetched(host: Pick<Host, 'root'>): Promise<FetchedFolder[]> {
  const folder = userdataFolder(host);
  return (await readdir(folder).catch(() => [])).flatMap((name) => {
    const { uuid } = NAME.exec(name)?.groups ?? {};
    if (uuid === undefined) return [];
    const path = join(folder, name);
    return [{ path, uuid, remove: () => rm(path, { recursive: true, force: true }) }];
  });
}
