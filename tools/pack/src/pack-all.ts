import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile } from './compile.ts';
import type { Manifest } from './manifest.ts';
import { stagePackage } from './stage-package.ts';

/** A package that can be installed. */
export interface Packed {
  readonly manifest: Manifest;
  /** The path of its tarball. */
  readonly tarball: string;
  /** All that is in it, sorted. */
  readonly files: readonly string[];
}

interface NpmPacked {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/**
 * Makes tarballs of all packages that are for npm.
 *
 * @param paths.folder emptied first
 */
export async function packAll({ root, folder }: { root: string; folder: string }): Promise<Packed[]> {
  const outputs = Map.groupBy(compile(root), (output) => output.package);
  await rm(folder, { recursive: true, force: true });
  const stage = join(folder, 'stage');
  const names: string[] = [];
  for (const name of await readdir(join(root, 'packages'))) if (await isForNpm(root, name)) names.push(name);
  await mkdir(stage, { recursive: true });
  const manifests = await Promise.all(
    names.map((name) => stagePackage({ root, name, folder: join(stage, name) }, outputs.get(name) ?? [])),
  );
  const folders = names.map((name) => `./${name}`);
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...folders],
    { cwd: stage, maxBuffer: 2 ** 26 },
  );
  await rm(stage, { recursive: true });
  const packed = Object.values(JSON.parse(stdout) as Record<string, NpmPacked>);
  return packed.map(({ name, filename, files }) => ({
    manifest: manifests.find((manifest) => manifest.name === name) as Manifest,
    tarball: join(folder, filename),
    files: files.map(({ path }) => path).sort(),
  }));
}

async function isForNpm(root: string, name: string): Promise<boolean> {
  const text = await readFile(join(root, 'packages', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as Manifest).private !== true;
}
