import { runChild } from '@vm-tools/lab';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What the packages of a checkout are called, and the time that all of their files have. */
export interface PackageVersion {
  /** e.g. "0.1.0-1", "0.2.0~rc.1-1" */
  readonly debian: string;
  readonly changedAt: Date;
}

/**
 * The version is that of package.json, and the time that of the last change of CHANGELOG.md: the same sources, built
 * again, give the same archives.
 *
 * @param revision of the packages: 1, and more when the same sources are packaged anew
 */
export async function packageVersion(root: string, revision: number): Promise<PackageVersion> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  // In Debian's order a tilde comes before the end, as a dash does in npm's: 0.2.0~rc.1 is older than 0.2.0.
  return { debian: `${version.replace('-', '~')}-${revision}`, changedAt: await lastChange(root) };
}

async function lastChange(root: string): Promise<Date> {
  const words = ['log', '-1', '--format=%ct', '--', 'CHANGELOG.md'];
  const { stdout } = await runChild('git', words, { cwd: root }).catch(() => ({ stdout: '' }));
  const seconds = Number.parseInt(stdout, 10);
  if (Number.isFinite(seconds)) return new Date(seconds * 1000);
  return (await stat(join(root, 'CHANGELOG.md'))).mtime; // sources without git
}
