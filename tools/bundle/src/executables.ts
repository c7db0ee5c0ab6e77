import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The names of all packages that have a command, e.g. "vm-create". */
export async function listExecutables(root: string): Promise<string[]> {
  const names = await readdir(join(root, 'packages'));
  const manifests = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(root, 'packages', name, 'package.json'), 'utf8').catch(() => '{}');
      return JSON.parse(text) as { bin?: Record<string, string> };
    }),
  );
  return manifests.flatMap(({ bin = {} }) => Object.keys(bin)).sort();
}
