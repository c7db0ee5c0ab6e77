import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from './sync-folder.ts';

/** The guarantees besides the one that no reader sees half a file. */
export interface WriteAsideOptions {
  /** permissions of the file, from its first byte on */
  readonly mode: number;
  /** makes the folders of the path that are missing, with these permissions; without it they must be there */
  readonly folderMode?: number | undefined;
  /** lets one that is there stay. @default false */
  readonly isNew?: boolean | undefined;
  /**
   * The state of the disk when the call resolves: nothing for sure, the contents (after a power cut there is the old
   * file or the new one, never an empty one), or their place in the folder, too (it is the new one).
   * @default 'file'
   */
  readonly synced?: 'nothing' | 'file' | 'folder' | undefined;
  /**
   * The temporary file, in the same folder. One that a killed writer has left is overwritten by the next one, so only
   * one may write at a time. @default a random name beside it
   */
  readonly aside?: string | undefined;
}

/**
 * Writes a file beside its place and then puts it there: what reads it sees the old one or the new one.
 *
 * @returns false if `isNew`, and there is one already, which stays
 * @throws an error of the file system; nothing is left aside then
 */
export async function writeAside(
  path: string,
  content: string | Uint8Array,
  { mode, folderMode, isNew = false, synced = 'file', aside: given }: WriteAsideOptions,
): Promise<boolean> {
  const folder = dirname(path);
  if (folderMode !== undefined) await mkdir(folder, { recursive: true, mode: folderMode });
  const aside = given ?? `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    {
      await using file = await open(aside, given === undefined ? 'wx' : 'w', mode);
      await file.writeFile(content);
      if (synced !== 'nothing') await file.sync();
    }
    if (!isNew) await rename(aside, path);
    else if (!(await isLinked(aside, path))) return false;
  } finally {
    await rm(aside, { force: true });
  }
  if (synced === 'folder') await syncFolder(folder);
  return true;
}

async function isLinked(aside: string, path: string): Promise<boolean> {
  try {
    await link(aside, path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}
