import { cp } from 'node:fs/promises';
import { join } from 'node:path';

/** What a package has of these comes into the bundle: units for systemd, and examples of configuration files. */
export const SETTINGS_FOLDERS = ['systemd', 'etc'] as const;

/** Copies what the packages of these executables have for whoever installs them. */
export async function copySettings({
  root,
  folder,
  executables,
}: {
  readonly root: string;
  readonly folder: string;
  readonly executables: readonly string[];
}): Promise<void> {
  for (const executable of executables) {
    for (const name of SETTINGS_FOLDERS) {
      const from = join(root, 'packages', executable, name);
      await cp(from, join(folder, name), { recursive: true }).catch((thrown: unknown) => {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
      });
    }
  }
}
