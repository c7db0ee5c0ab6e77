import { runChild } from '@vm-tools/lab';

const LIMIT_MS = 600_000;

/**
 * Asks lintian, which knows Debian's rules, about packages.
 *
 * @returns each error and each warning that debian/*.lintian-overrides does not explain, as lintian has written it
 */
export async function lintPackages(paths: readonly string[], signal?: AbortSignal): Promise<string[]> {
  const words = ['--profile', 'debian', '--tag-display-limit', '0', '--fail-on', 'none', ...paths];
  const { stdout } = await runChild('lintian', words, { timeoutMs: LIMIT_MS, signal });
  return stdout.split('\n').filter((line) => line !== '');
}
