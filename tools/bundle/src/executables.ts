import { glob } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A command, and where it comes from. */
export interface Executable {
  /** e.g. "vm-create" */
  readonly name: string;
  /** of its package */
  readonly folder: string;
}

/** All that packages have in `bin/`. */
export async function listExecutables(root: string): Promise<Executable[]> {
  const executables: Executable[] = [];
  for await (const bin of glob('packages/*/bin/*.js', { cwd: root }))
    executables.push({ name: basename(bin, '.js'), folder: join(root, dirname(dirname(bin))) });
  return executables.sort((a, b) => (a.name < b.name ? -1 : 1));
}
