import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Output } from './compile.ts';
import { entryModules, installedManifest, type Manifest } from './manifest.ts';

/** The files that a package may have besides its sources, installed as they are. */
const BESIDES = ['README.md', 'etc', 'systemd', 'node-version.js', 'node-version.d.ts', 'require-node.js'];

/** An older Node is refused before any other module of ours runs; on the first line, so that source maps hold. */
const CHECK = "import '@vm-tools/errors/require-node'; ";

/** Lays a package out as it is installed. */
export async function stagePackage(
  { root, name, folder }: { root: string; name: string; folder: string },
  outputs: readonly Output[],
): Promise<Manifest> {
  const from = join(root, 'packages', name);
  const sources = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as Manifest;
  const manifest = installedManifest(sources);
  const entries = entryModules(manifest);
  const besides = BESIDES.filter((path) => existsSync(join(from, path)));
  const bins = Object.values(manifest.bin ?? {});
  await mkdir(folder, { recursive: true });
  await Promise.all([
    ...outputs.map(({ path, text }) =>
      write(join(folder, path), entries.includes(path) ? CHECK + text : text),
    ),
    ...besides.map((path) => cp(join(from, path), join(folder, path), { recursive: true })),
    ...bins.map(async (path) => {
      const text = await readFile(join(from, path), 'utf8');
      await write(join(folder, path), text.replace('../src/main.ts', '../dist/main.js'), 0o755);
    }),
    cp(join(root, 'LICENSE'), join(folder, 'LICENSE')),
    write(
      join(folder, 'package.json'),
      `${JSON.stringify({ ...manifest, files: ['dist', 'bin', ...besides] }, null, 2)}\n`,
    ),
  ]);
  return manifest;
}

async function write(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode });
}
