import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Executable } from './executables.ts';

/** The folders of a package that come into the bundle: units for systemd, and examples of configuration files. */
export const SETTINGS_FOLDERS = ['systemd', 'etc'] as const;

/** Copies the files that the packages of these executables have for the operator who installs them. */
export async function copySettings({
  folder,
  executables,
}: {
  readonly folder: string;
  readonly executables: readonly Executable[];
}): Promise<void> {
  for (const { folder: ofPackage } of executables) {
    for (const name of SETTINGS_FOLDERS) {
      const from = join(ofPackage, name);
      await cp(from, join(folder, name), { recursive: true }).catch((thrown: unknown) => {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
      });
    }
  }
}
