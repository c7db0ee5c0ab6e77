import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file beside its place and then puts it there, synced: whoever reads sees the old one or the new one, also
 * after a crash. With `isNew` one that is there stays, and the call rejects with EEXIST.
 */
export async function writeAside(
  path: string,
  text: string,
  { mode, isNew = false }: { readonly mode: number; readonly isNew?: boolean },
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const aside = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    const file = await open(aside, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await (isNew ? link(aside, path) : rename(aside, path));
  } finally {
    await rm(aside, { force: true });
  }
  await syncFolder(folder);
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
