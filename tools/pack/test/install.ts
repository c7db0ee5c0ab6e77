import type { Packed } from '../src/index.ts';
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Installs tarballs into a folder as a user would, without a registry: third-party packages come from the node_modules
 * of this checkout.
 */
export async function install(root: string, folder: string, packed: readonly Packed[]): Promise<void> {
  const all = packed.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}));
  const { packages } = JSON.parse(
    await readFile(join(root, 'node_modules/.package-lock.json'), 'utf8'),
  ) as Lock;
  const direct = [...new Set(all)].filter((name) => !name.startsWith('@vm-tools/'));
  const foreign = withTheirOwn(
    packages,
    direct.map((name) => locate(packages, name)),
  );
  const dependencies = {
    ...Object.fromEntries(packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`])),
    ...Object.fromEntries(foreign.map(({ name, place }) => [name, `file:${join(root, place)}`])),
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

/** The part of node_modules/.package-lock.json that says what lies where. */
interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly version?: string;
}

interface Located {
  readonly name: string;
  /** below the root of the checkout */
  readonly place: string;
}

/** The place of a dependency of one of our packages, wherever npm has put it. */
function locate(packages: Lock['packages'], name: string): Located {
  const users = Object.entries(packages).filter(([place]) => place.startsWith('packages/'));
  const version = users
    .map(([, { dependencies }]) => dependencies?.[name])
    .find((range) => range !== undefined);
  const place = Object.entries(packages).find(
    ([at, entry]) => at.endsWith(`node_modules/${name}`) && entry.version === version,
  );
  if (place === undefined) throw new Error(`${name} ${version} is not installed`);
  return { name, place: place[0] };
}

/** As Node does it: in the folder itself, and then in each above. */
function resolve(packages: Lock['packages'], from: string, name: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = folder === '.' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (place in packages) return place;
    if (folder === '.') throw new Error(`${name}, which ${from} needs, is not installed`);
  }
}

/** These, and what they need in turn: npm would ask a registry for it. */
function withTheirOwn(packages: Lock['packages'], direct: readonly Located[]): readonly Located[] {
  const found = new Map(direct.map((each) => [each.name, each]));
  for (const { place } of found.values()) {
    for (const name of Object.keys(packages[place]?.dependencies ?? {})) {
      if (!found.has(name)) found.set(name, { name, place: resolve(packages, place, name) });
    }
  }
  return [...found.values()];
}
