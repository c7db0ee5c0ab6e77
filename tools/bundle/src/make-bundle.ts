import { stop, type OutputFile } from 'esbuild';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBuildInfo } from './build-info.ts';
import { bundleEntry, bundlePrograms, mainOf, type BundleContext } from './bundle-files.ts';
import { copyKoffi } from './copy-koffi.ts';
import { copyScripts } from './copy-scripts.ts';
import { copySettings, SETTINGS_FOLDERS } from './copy-settings.ts';
import { listExecutables, type Executable } from './executables.ts';
import { FIND_NODE, findNode, launcher } from './launcher.ts';
import { prepareTexts } from './prepare-texts.ts';

export interface Bundle {
  readonly executables: readonly string[];
  /** what lies in `bin` beside their launchers, and needs no Node */
  readonly scripts: readonly string[];
  /** of JavaScript */
  readonly files: number;
  /** of those */
  readonly bytes: number;
}

/**
 * Bundles all executables into a folder: `bin/NAME`, which runs `lib/NAME.js`; units for systemd and examples of
 * configuration lie beside them. Processors of hosts may be slow, so
 * each executable is a file of what it uses and no more. Scripts that need no Node lie beside the launchers.
 * @param paths.root the checkout
 * @param paths.folder emptied first, but not replaced: a virtual machine may share it
 */
export async function makeBundle({ root, folder }: { root: string; folder: string }): Promise<Bundle> {
  const [executables, info] = await Promise.all([listExecutables(root), readBuildInfo(root)]);
  const names = executables.map(({ name }) => name);
  const context = { root, lib: join(folder, 'lib'), info };

  const folders = ['bin', 'lib', ...SETTINGS_FOLDERS];
  await Promise.all(folders.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  await writeIn(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'vm-tools', ...info, type: 'commonjs' }),
  );
  // The process in which esbuild works would stay as long as this one.
  const files = await writeScripts(executables, context).finally(stop);
  await Promise.all(names.map((name) => writeLauncher(folder, name)));
  const copied = await copyScripts(root, join(folder, 'bin'));
  await writeIn(join(context.lib, FIND_NODE), findNode());
  await copyKoffi(root, join(context.lib, 'node_modules'));
  await copySettings({ folder, executables });
  const scripts = files.filter(({ path }) => path.endsWith('.js'));
  const bytes = scripts.reduce((sum, { contents }) => sum + contents.length, 0);
  return { executables: names, scripts: copied, files: scripts.length, bytes };
}

/** First the programs, then what node runs first of them, with what they say about themselves. */
async function writeScripts(
  executables: readonly Executable[],
  context: BundleContext,
): Promise<OutputFile[]> {
  const { root, lib } = context;
  const started = [
    { in: join(root, 'packages/xc-native/src/helper/main.ts'), out: 'xc-helper' },
    { in: join(root, 'packages/xfrd/src/receiver-process/main.ts'), out: 'xfrd-receiver' },
  ];
  const programs = await bundlePrograms([...executables.map(mainOf), ...started], context);
  await writeFiles(programs);
  const prepared = await prepareTexts(executables, lib);
  const entries = await Promise.all(prepared.map((executable) => bundleEntry(executable, context)));
  await writeFiles(entries.flat());
  return [...programs, ...entries.flat()];
}

async function writeFiles(files: readonly OutputFile[]): Promise<void> {
  await Promise.all(files.map(({ path, contents }) => writeIn(path, contents)));
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
