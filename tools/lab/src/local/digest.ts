import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A short name for contents: the same inputs give the same name, so what is built is built once. */
export function digestOf(...inputs: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${input.length}:`).update(input);
  return hash.digest('hex').slice(0, 16);
}

/** All files below a folder, sorted, each as its path within the folder and its contents. */
export async function readTree(folder: string): Promise<{ path: string; data: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return Promise.all(paths.sort().map(async (path) => ({ path, data: await readFile(join(folder, path)) })));
}
