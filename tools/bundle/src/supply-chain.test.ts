import { beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** The packages that run on a host besides our own code and Node itself. A name that comes in here has been chosen. */
const RUNTIME = [
  ...['@koromix/koffi-*', 'chalk', 'commander', 'koffi', 'smol-toml', 'string-width', 'zod'],
  ...['ansi-regex', 'get-east-asian-width', 'strip-ansi'], // of string-width
];

/**
 * Packages of RUNTIME that have an install script. koffi's looks whether a binary for this processor came with it, and
 * compiles one where there is none; `.npmrc` keeps it from running, and every test that opens koffi shows that it works.
 */
const WITH_SCRIPT = ['koffi'];

interface Entry {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

let lock: ReadonlyMap<string, Entry>;

beforeAll(async () => {
  const text = await readFile(join(ROOT, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, Entry> };
  lock = new Map(Object.entries(packages));
});

/** The place where npm finds a package for the one at `from`: in its own node_modules, or in one further up. */
function find(from: string, name: string): string | undefined {
  for (let at = from; ; at = at.replace(/(^|\/)[^/]*$/, '')) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (lock.has(path)) return path;
    if (at === '') return undefined;
  }
}

/** All that the packages of packages/ bring with them, by their places in the lock. */
function runtimePlaces(): string[] {
  const places = new Set([...lock.keys()].filter((place) => place.startsWith('packages/')));
  for (const place of places) {
    const { dependencies, optionalDependencies } = lock.get(place)!;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const found = find(place, name);
      if (found !== undefined) places.add(found);
    }
  }
  return [...places].filter((place) => place.startsWith('node_modules/') && !lock.get(place)!.link);
}

const nameOf = (place: string): string => place.replace(/^.*node_modules\//, '');
const isRuntime = (name: string): boolean =>
  RUNTIME.includes(name.replace(/^@koromix\/koffi-.*/, '@koromix/koffi-*'));

test('each package of the lock is held against its hash, and none names a registry', () => {
  const fetched = [...lock].filter(([place, { link }]) => /(^|\/)node_modules\//.test(place) && !link);
  expect(fetched.length).toBeGreaterThan(300);
  const bad = fetched.filter(
    ([, { integrity, resolved }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? '') || resolved !== undefined,
  );
  expect(bad.map(([place]) => place)).toEqual([]);
});

test('the lock has the packages of all processors, so that `npm ci` takes it on each', () => {
  const missing = [...lock].flatMap(([place, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {}).filter((name) => find(place, name) === undefined),
  );
  expect(missing).toEqual([]);
});

test('no package runs a script when it is installed', async () => {
  const settings = await readFile(join(ROOT, '.npmrc'), 'utf8');
  expect(settings.split('\n')).toContain('ignore-scripts=true');
});

test('what runs on a host is what has been chosen', () => {
  expect(
    runtimePlaces()
      .map(nameOf)
      .filter((name) => !isRuntime(name)),
  ).toEqual([]);
});

test('of that, none but koffi has an install script', () => {
  const withScript = runtimePlaces().filter((place) => lock.get(place)!.hasInstallScript);
  expect(withScript.map(nameOf)).toEqual(WITH_SCRIPT);
});
