import { FLOOR } from '@vm-tools/errors/node-version';

/** The part of a package.json that is read, here or in a tarball. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** It is not for npm: a script for another program, without modules of ours. */
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, Target>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

type Target = string | Readonly<Record<string, string>>;

const SOURCE = /^\.\/src\/(.*)\.ts$/;

/** Modules for the tests of this repository are not. */
const isInstalled = (target: Target): boolean => typeof target !== 'string' || !target.includes('/testing/');

/**
 * The package.json of a package as it is installed: its entries are JavaScript, with types, and its dependencies have
 * versions. In a checkout they are sources, and every version will do.
 */
export function installedManifest(manifest: Manifest & { readonly nx?: unknown }): Manifest {
  const { nx: _, exports = {}, dependencies = {}, version, ...rest } = manifest;
  const entries = Object.entries(exports).filter(([, target]) => isInstalled(target));
  return {
    ...rest,
    version,
    engines: { node: `>=${FLOOR}` },
    exports: {
      ...Object.fromEntries(entries.map(([subpath, target]) => [subpath, installedEntry(target)])),
      './package.json': './package.json',
    },
    // All packages are of one version, and tested only with each other.
    dependencies: Object.fromEntries(
      Object.entries(dependencies).map(([name, range]) => [name, range === '*' ? version : range]),
    ),
  } as Manifest;
}

function installedEntry(target: Target): Target {
  const source = typeof target === 'string' ? SOURCE.exec(target)?.[1] : undefined;
  return source === undefined ? target : { types: `./dist/${source}.d.ts`, default: `./dist/${source}.js` };
}

/** The modules that others import, as paths below the folder of the package: "dist/index.js". */
export function entryModules({ exports = {} }: Manifest): string[] {
  return Object.values(exports)
    .map((target) => (typeof target === 'string' ? target : (target['default'] ?? '')))
    .filter((path) => path.startsWith('./dist/'))
    .map((path) => path.slice(2));
}
