import { build, stop, type OutputFile } from 'esbuild';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBuildInfo } from './build-info.ts';
import { copyKoffi } from './copy-koffi.ts';
import { copySettings, SETTINGS_FOLDERS } from './copy-settings.ts';
import { listExecutables } from './executables.ts';
import { launcher } from './launcher.ts';

export interface Bundle {
  readonly executables: readonly string[];
  readonly files: number;
  /** of JavaScript */
  readonly bytes: number;
}

/** CommonJS inside an ES module calls `require`, which an ES module does not have. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Bundles all executables into a folder: `bin/NAME`, which runs `lib/NAME.js`; units for systemd and examples of
 * configuration lie beside them. Processors of hosts may be slow, so
 * each executable gets no more than it uses, and what it imports when it runs is loaded only then.
 * @param paths.root the checkout
 * @param paths.folder emptied first, but not replaced: a virtual machine may share it
 */
export async function makeBundle({ root, folder }: { root: string; folder: string }): Promise<Bundle> {
  const [executables, info] = await Promise.all([listExecutables(root), readBuildInfo(root)]);
  const lib = join(folder, 'lib');
  const entries = [
    ...executables.map(({ name, folder: from }) => ({ in: join(from, 'bin', `${name}.js`), out: name })),
    { in: join(root, 'packages/xc-native/src/helper/main.ts'), out: 'xc-helper' },
    { in: join(root, 'packages/xfrd/src/receiver-process/main.ts'), out: 'xfrd-receiver' },
  ];
  // One build for each: in a common one a chunk holds whatever any of them needs of a package. Chunks that come out
  // the same have the same name.
  // The process in which esbuild works would stay as long as this one.
  const outputs = await Promise.all(entries.map((entry) => bundleEntry(entry, { root, lib, info }))).finally(
    stop,
  );
  const files = new Map(outputs.flat().map(({ path, contents }) => [path, contents]));

  const folders = ['bin', 'lib', ...SETTINGS_FOLDERS];
  await Promise.all(folders.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  await Promise.all([...files].map(([path, contents]) => writeIn(path, contents)));
  await Promise.all(executables.map(({ name }) => writeLauncher(folder, name)));
  await copyKoffi(root, join(lib, 'node_modules'));
  await copySettings({ folder, executables });
  await writeIn(join(folder, 'package.json'), JSON.stringify({ name: 'vm-tools', ...info, type: 'module' }));
  const bytes = [...files.values()].reduce((sum, contents) => sum + contents.length, 0);
  return { executables: executables.map(({ name }) => name), files: files.size, bytes };
}

async function bundleEntry(
  entry: { in: string; out: string },
  { root, lib, info }: { root: string; lib: string; info: object },
): Promise<OutputFile[]> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: lib,
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: ['koffi'],
    banner: { js: REQUIRE },
    define: { VM_TOOLS_BUILD: JSON.stringify(info) },
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  return outputFiles;
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
