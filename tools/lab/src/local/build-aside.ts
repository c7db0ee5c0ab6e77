import { access, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes a folder that is either there in full or not at all: it is built beside its place and renamed. Two
 * processes may build the same folder; the second one throws its work away.
 *
 * @returns the folder
 */
export async function buildAside(folder: string, build: (aside: string) => Promise<void>): Promise<string> {
  if (await exists(folder)) return folder;
  const aside = `${folder}.${process.pid}.new`;
  await mkdir(dirname(folder), { recursive: true });
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside);
  try {
    await build(aside);
    await rename(aside, folder).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    });
  } finally {
    // A process that was killed while it wrote there may take a moment to end.
    await rm(aside, { recursive: true, force: true, maxRetries: 5 });
  }
  return folder;
}
