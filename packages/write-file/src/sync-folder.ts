import { open } from 'node:fs/promises';

/** Resolves when the disk has the names of a folder: those that were made, changed or removed. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
