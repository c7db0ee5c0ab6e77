import { runChildStrictly } from '@vm-tools/lab';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const SUITE = 'stable';
const COMPONENT = 'main';
/** The public key, for `signed-by` of those who install from the repository. */
export const KEYRING = 'vm-tools.gpg';

/** What goes where, and whose signature it has. */
export interface RepositoryOptions {
  readonly packages: readonly string[];
  /** a new one, or one that this function has made: what is in its pool stays */
  readonly folder: string;
  /** the key as gpg knows it: a fingerprint or an address */
  readonly signBy: string;
  /** the folder of gpg in which that key is. @default gpg's own */
  readonly gpgHome?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Adds packages to a repository for apt, `pool` and `dists/stable/main`, and signs what is in it now.
 *
 * @throws VmToolsError LAB_COMMAND with what apt-ftparchive or gpg said
 */
export async function makeRepository(options: RepositoryOptions): Promise<void> {
  const { packages, folder, signBy, gpgHome, signal } = options;
  const pool = join(folder, 'pool', COMPONENT);
  await mkdir(pool, { recursive: true });
  for (const path of packages) await copyFile(path, join(pool, basename(path)));

  const suite = join(folder, 'dists', SUITE);
  const next = `${suite}.new`;
  await rm(next, { recursive: true, force: true });
  const architectures = await architecturesOf(pool);
  for (const architecture of architectures) await writeIndex(folder, next, architecture);
  await writeFile(join(next, 'Release'), await describe(next, architectures));
  const home = gpgHome === undefined ? [] : ['--homedir', gpgHome];
  const common = [...home, '--batch', '--yes', '--local-user', signBy];
  const gpg = (...words: string[]): Promise<string> =>
    runChildStrictly('gpg', [...common, ...words], { cwd: next, signal });
  await gpg('--clearsign', '--output', 'InRelease', 'Release');
  await gpg('--armor', '--detach-sign', '--output', 'Release.gpg', 'Release');
  await gpg('--export', '--output', join(folder, KEYRING), signBy);
  await rm(suite, { recursive: true, force: true });
  await rename(next, suite);
}

/** Those of the packages in the pool. One for all processors is listed with each. */
async function architecturesOf(pool: string): Promise<string[]> {
  const names = await readdir(pool);
  const all = names.map((name) => /_([a-z0-9]+)\.deb$/.exec(name)?.[1] ?? 'all');
  return [...new Set(all)].filter((name) => name !== 'all').sort();
}

/** The list of the packages of one processor. */
async function writeIndex(folder: string, suite: string, architecture: string): Promise<void> {
  const index = join(suite, COMPONENT, `binary-${architecture}`);
  await mkdir(index, { recursive: true });
  const words = ['--arch', architecture, 'packages', join('pool', COMPONENT)];
  const text = await runChildStrictly('apt-ftparchive', words, { cwd: folder });
  await writeFile(join(index, 'Packages'), text);
  await writeFile(join(index, 'Packages.gz'), gzipSync(text));
}

function describe(suite: string, architectures: readonly string[]): Promise<string> {
  const facts = {
    Origin: 'vm-tools',
    Label: 'vm-tools',
    Suite: SUITE,
    Codename: SUITE,
    Architectures: architectures.join(' '),
    Components: COMPONENT,
    Description: 'control tools for Xen',
  };
  const words = Object.entries(facts).flatMap(([key, value]) => [
    '-o',
    `APT::FTPArchive::Release::${key}=${value}`,
  ]);
  return runChildStrictly('apt-ftparchive', [...words, 'release', suite]);
}
