import { lstat, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, normalize } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import type { DomainConfig } from '../config/schema.ts';
import type { PlaceRules } from './rules.ts';

/**
 * The files of this host that configurations name, by the rule that says where each may lie. Disks and scripts will
 * follow.
 */
const PLACED = {
  kernels: [
    { what: 'kernel', pathOf: ({ kernel }: Placed) => kernel },
    { what: 'ramdisk', pathOf: ({ ramdisk }: Placed) => ramdisk },
  ],
} as const;

type Placed = Pick<DomainConfig, 'name' | 'kernel' | 'ramdisk'>;

/** A folder as the rule has it, and where that leads. */
interface Folder {
  readonly path: string;
  readonly real: string;
}

/**
 * Refuses a configuration that names files which its author may not name. Whether an allowed file exists is another
 * check. Nothing is opened, and a refusal does not tell whether a file exists.
 *
 * @throws VmToolsError DOMAIN_FILE_NOT_ALLOWED of kind usage
 */
export async function requireAllowed(config: Placed, rules: PlaceRules): Promise<void> {
  for (const [rule, things] of Object.entries(PLACED)) {
    const folders = await resolveFolders(rules[rule as keyof typeof PLACED]);
    for (const { what, pathOf } of things) {
      const path = pathOf(config);
      if (path === undefined) continue;
      const why = await whyNot(path, folders);
      if (why !== undefined) throw notAllowed(config.name, { what, path, why, rule });
    }
  }
}

/** Folders that are not there allow nothing yet; a path below them is still reported as missing. */
async function resolveFolders(paths: readonly string[]): Promise<Folder[]> {
  return Promise.all(
    paths.map(async (path) => ({
      path: normalize(path),
      real: await realpath(path).catch(() => normalize(path)),
    })),
  );
}

async function whyNot(path: string, folders: readonly Folder[]): Promise<string | undefined> {
  const outside = `it is not below ${folders.map((folder) => folder.path).join(' or ') || 'any folder'}`;
  if (!isAbsolute(path)) return 'its path is not absolute';
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined)
    return folders.some((folder) => isBelow(normalize(path), folder.path)) ? undefined : outside;
  const folder = folders.find((each) => isBelow(real, each.real));
  if (folder === undefined) return outside;
  for (let each = real; ; each = dirname(each)) {
    if (await isChangedByOthers(each)) return `others may write to ${each}`;
    if (each === folder.real) return undefined;
  }
}

/** Whether another user than root, or than ours, can put something else in its place. */
async function isChangedByOthers(path: string): Promise<boolean> {
  const { uid, mode } = await lstat(path);
  return (uid !== 0 && uid !== process.geteuid?.()) || (mode & 0o022) !== 0;
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function notAllowed(
  name: string,
  { what, path, why, rule }: { what: string; path: string; why: string; rule: string },
): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_FILE_NOT_ALLOWED',
    kind: 'usage',
    message: `the ${what} ${path} of ${name} may not be taken from there: ${why}`,
    hint: `put it into an allowed folder, or allow its folder on the host that is to load it: xfrd trust PEER --allow-${rule} FOLDER, or "${rule}" in /etc/vm-tools/places.json`,
    details: { what, path, rule },
  });
}
