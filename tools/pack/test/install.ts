import type { Packed } from '../src/index.ts';
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Installs tarballs into a folder as a user would, without a registry: third-party packages come from the node_modules
 * of this checkout.
 */
export async function install(root: string, folder: string, packed: readonly Packed[]): Promise<void> {
  const all = packed.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}));
  const foreign = await Promise.all(
    [...new Set(all)].filter((name) => !name.startsWith('@vm-tools/')).map((name) => locate(root, name)),
  );
  const dependencies = {
    ...Object.fromEntries(packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`])),
    ...Object.fromEntries(foreign.map(({ name, place }) => [name, `file:${place}`])),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', dependencies }));
  const words = ['install', '--offline', '--ignore-scripts', '--install-links', '--omit=optional'];
  await promisify(execFile)('npm', [...words, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
  });
  // The packages that npm chooses by the processor, and those that a client in TypeScript has besides.
  await symlink(join(root, 'node_modules/@koromix'), join(folder, 'node_modules/@koromix'));
  await symlink(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
}

/** The place of a dependency of one of our packages, wherever npm has put it. */
async function locate(root: string, name: string): Promise<{ name: string; place: string }> {
  const lock = JSON.parse(await readFile(join(root, 'node_modules/.package-lock.json'), 'utf8')) as {
    packages: Record<string, { dependencies?: Record<string, string>; version?: string }>;
  };
  const users = Object.entries(lock.packages).filter(([place]) => place.startsWith('packages/'));
  const version = users
    .map(([, { dependencies }]) => dependencies?.[name])
    .find((range) => range !== undefined);
  const place = Object.entries(lock.packages).find(
    ([at, entry]) => at.endsWith(`node_modules/${name}`) && entry.version === version,
  );
  if (place === undefined) throw new Error(`${name} ${version} is not installed`);
  return { name, place: join(root, place[0]) };
}
