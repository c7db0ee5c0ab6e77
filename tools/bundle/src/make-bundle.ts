import { stop } from 'esbuild';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBuildInfo } from './build-info.ts';
import { bundleExecutable, bundleProgram } from './bundle-files.ts';
import { copyKoffi } from './copy-koffi.ts';
import { copySettings, SETTINGS_FOLDERS } from './copy-settings.ts';
import { listExecutables } from './executables.ts';
import { launcher } from './launcher.ts';

export interface Bundle {
  readonly executables: readonly string[];
  /** of JavaScript */
  readonly files: number;
  /** of those */
  readonly bytes: number;
}

/**
 * Bundles all executables into a folder: `bin/NAME`, which runs `lib/NAME.js`; units for systemd and examples of
 * configuration lie beside them. Processors of hosts may be slow, so
 * each executable is a file of what it uses and no more.
 * @param paths.root the checkout
 * @param paths.folder emptied first, but not replaced: a virtual machine may share it
 */
export async function makeBundle({ root, folder }: { root: string; folder: string }): Promise<Bundle> {
  const [executables, info] = await Promise.all([listExecutables(root), readBuildInfo(root)]);
  const lib = join(folder, 'lib');
  const context = { root, lib, info };
  const outputs = await Promise.all([
    ...executables.map((executable) => bundleExecutable(executable, context)),
    bundleProgram(join(root, 'packages/xc-native/src/helper/main.ts'), 'xc-helper', context),
    bundleProgram(join(root, 'packages/xfrd/src/receiver-process/main.ts'), 'xfrd-receiver', context),
  ]).finally(stop); // the process in which esbuild works would stay as long as this one
  const files = new Map(outputs.flat().map(({ path, contents }) => [path, contents]));

  const folders = ['bin', 'lib', ...SETTINGS_FOLDERS];
  await Promise.all(folders.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  await Promise.all([...files].map(([path, contents]) => writeIn(path, contents)));
  await Promise.all(executables.map(({ name }) => writeLauncher(folder, name)));
  await copyKoffi(root, join(lib, 'node_modules'));
  await copySettings({ folder, executables });
  await writeIn(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'vm-tools', ...info, type: 'commonjs' }),
  );
  const scripts = [...files].filter(([path]) => path.endsWith('.js'));
  const bytes = scripts.reduce((sum, [, contents]) => sum + contents.length, 0);
  return { executables: executables.map(({ name }) => name), files: scripts.length, bytes };
}

async function writeLauncher(folder: string, name: string): Promise<void> {
  const path = join(folder, 'bin', name);
  await writeIn(path, launcher(name));
  await chmod(path, 0o755);
}

async function writeIn(path: string, contents: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}
