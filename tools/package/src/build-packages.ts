import { runChildStrictly } from '@vm-tools/lab';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stage } from './stage.ts';
import { packageVersion } from './version.ts';

/** Of Node's 100 MB, on a busy machine. */
const LIMIT_MS = 1_200_000;

/** What is packaged, and how. */
export interface PackageOptions {
  /** the checkout */
  readonly root: string;
  /** where the packages go; those of an earlier build are removed */
  readonly folder: string;
  /** @default 1 */
  readonly revision?: number | undefined;
  /** of xz, 0 to 9: for a test less will do. @default 9, whose dictionary spans all executables, and so their shared code */
  readonly level?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds the packages for Debian, for the processor of this machine.
 *
 * @returns their paths, sorted
 * @throws VmToolsError LAB_COMMAND with what debhelper said, LAB_TIMEOUT
 */
export async function buildPackages({
  root,
  folder,
  revision = 1,
  level = 9,
  signal,
}: PackageOptions): Promise<string[]> {
  const work = join(folder, 'work');
  const tree = join(work, 'vm-tools');
  await mkdir(folder, { recursive: true });
  await removePackages(folder);
  await stage(root, tree, await packageVersion(root, revision));
  // Of the caller's environment only PATH: flags of compilers and locales are not to be found again in an archive.
  const env = {
    PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    VM_TOOLS_DEB_OPTIONS: `-Zxz -z${level}`,
  };
  const words = ['--build=binary', '--no-sign'];
  await runChildStrictly('dpkg-buildpackage', words, { cwd: tree, env, timeoutMs: LIMIT_MS, signal });
  const names = (await readdir(work)).filter(isPackage).sort();
  for (const name of names) await rename(join(work, name), join(folder, name));
  await rm(work, { recursive: true });
  return names.map((name) => join(folder, name));
}

const isPackage = (name: string): boolean => name.endsWith('.deb');

async function removePackages(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter(isPackage)) await rm(join(folder, name));
}
