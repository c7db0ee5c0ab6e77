import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The manifest of a package. */
interface Manifest {
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** The sources of all entries of all packages, but for those that are for tests. */
export async function listEntries(root: string): Promise<string[]> {
  const entries: string[] = [];
  for await (const file of glob('packages/*/package.json', { cwd: root })) {
    const { exports = {} } = JSON.parse(await readFile(join(root, file), 'utf8')) as Manifest;
    for (const [entry, source] of Object.entries(exports)) {
      if (entry.endsWith('/testing') || typeof source !== 'string' || !source.endsWith('.ts')) continue;
      entries.push(join(root, dirname(file), source));
    }
  }
  return entries.sort();
}
