import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The facts that --version prints. */
export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
}

export async function readBuildInfo(root: string): Promise<BuildInfo> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { version, commit: await describeCommit(root) };
}

async function describeCommit(root: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', ['describe', '--always', '--dirty'], { cwd: root });
    return stdout.trim();
  } catch {
    return 'unknown'; // sources without git, or before the first commit
  }
}
