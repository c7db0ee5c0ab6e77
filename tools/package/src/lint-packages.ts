import { runChild } from '@vm-tools/lab';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIMIT_MS = 600_000;

/**
 * Asks lintian, which knows Debian's rules, about packages.
 *
 * @returns each error and each warning that debian/*.lintian-overrides does not explain, as lintian has written it
 */
export async function lintPackages(paths: readonly string[], signal?: AbortSignal): Promise<string[]> {
  const words = ['--profile', 'debian', '--tag-display-limit', '0', '--fail-on', 'none', ...paths];
  const TMPDIR = await mkdtemp(join(tmpdir(), 'lintian-')); // it leaves files there
  try {
    const env = { ...process.env, TMPDIR, LC_ALL: 'C.UTF-8' };
    const { stdout } = await runChild('lintian', words, { env, timeoutMs: LIMIT_MS, signal });
    return stdout.split('\n').filter((line) => line !== '');
  } finally {
    await rm(TMPDIR, { recursive: true });
  }
}
