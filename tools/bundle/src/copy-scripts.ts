import { chmod, copyFile, glob, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * Copies what packages have in `bin/` besides JavaScript: scripts that need no Node, beside the launchers.
 *
 * @returns their names
 */
export async function copyScripts(root: string, folder: string): Promise<string[]> {
  const names: string[] = [];
  await mkdir(folder, { recursive: true });
  for await (const path of glob('packages/*/bin/*', { cwd: root })) {
    const name = basename(path);
    if (name.endsWith('.js')) continue;
    await copyFile(join(root, path), join(folder, name));
    await chmod(join(folder, name), 0o755);
    names.push(name);
  }
  return names.sort();
}
