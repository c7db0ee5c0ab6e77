import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';

/** A folder as the rule has it, and where that leads. */
interface Folder {
  readonly path: string;
  readonly real: string;
}

/** The differences of a disk: a file that is there to be written, or a device to which a link leads; and of a folder. */
export interface WhyNotOptions {
  readonly isDisk?: boolean;
  /** It may be one of the folders itself. */
  readonly isFolder?: boolean;
}

/** Folders that are not there allow nothing yet; a path below them is still reported as missing. */
export async function resolveFolders(paths: readonly string[]): Promise<readonly Folder[]> {
  return Promise.all(
    paths.map(async (path) => ({
      path: normalize(path),
      real: await realpath(path).catch(() => normalize(path)),
    })),
  );
}

/** Why a path is not one that only root can change below one of these folders, as a clause; undefined if it is. */
export async function whyNotBelow(
  path: string,
  folders: readonly Folder[],
  { isDisk = false, isFolder = false }: WhyNotOptions = {},
): Promise<string | undefined> {
  const outside = `it is not below ${folders.map((folder) => folder.path).join(' or ') || 'any folder'}`;
  if (!isAbsolute(path)) return 'its path is not absolute';
  const real = await (isDisk ? realDisk(path) : realpath(path)).catch(() => undefined);
  const isIn = (there: string, folder: string): boolean =>
    isBelow(there, folder) || (isFolder && there === folder);
  if (real === undefined)
    return folders.some((folder) => isIn(normalize(path), folder.path)) ? undefined : outside;
  const folder = folders.find((each) => isIn(real, each.real));
  if (folder === undefined) return outside;
  for (let each = isDisk ? dirname(real) : real; ; each = dirname(each)) {
    if (await isChangedByOthers(each)) return `others may write to ${each}`;
    if (each === folder.real) return undefined;
  }
}

/**
 * Where a disk really is. The name of a logical volume is a link to a device, which stands in another folder: the one
 * who may make the link has chosen that device.
 */
async function realDisk(path: string): Promise<string> {
  const isDevice = (await stat(path)).isBlockDevice();
  return isDevice ? join(await realpath(dirname(path)), basename(path)) : realpath(path);
}

/** Whether another user than root, or than ours, can put something else in its place. */
async function isChangedByOthers(path: string): Promise<boolean> {
  const { uid, mode } = await lstat(path);
  return (uid !== 0 && uid !== process.geteuid?.()) || (mode & 0o022) !== 0;
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
