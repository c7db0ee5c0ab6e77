import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAside, exists, runChildStrictly } from '@vm-tools/lab';

/** xmllint of the last one is what ocf-tester asks of the words of an agent. */
const WANTED = ['pacemaker', 'corosync', 'pacemaker-cli-utils', 'libxml2-utils'];
const LIMIT_MS = 300_000;

/**
 * The packages of Pacemaker and Corosync with all that they need, unpacked beside the machine and not installed: nothing
 * of theirs starts here, or changes anything.
 *
 * @returns the folder to be laid over `/usr`, `/etc` and `/var` of a node
 */
export async function unpackPacemaker(cache: string, report: (line: string) => void): Promise<string> {
  const folder = join(cache, 'unpacked');
  if (await exists(folder)) return folder;
  report('fetching Pacemaker and Corosync');
  await mkdir(cache, { recursive: true });
  await buildAside(folder, async (root) => {
    const debs = join(root, 'debs');
    await mkdir(debs, { recursive: true });
    // A new machine knows no packages before the first update, for which one must be root.
    await download(debs).catch(async (error: unknown) => {
      if (process.getuid?.() !== 0) throw error;
      await runChildStrictly('apt-get', ['update', '-q'], { timeoutMs: LIMIT_MS });
      await download(debs);
    });
    for (const deb of await readdir(debs)) await runChildStrictly('dpkg-deb', ['-x', join(debs, deb), root]);
    await rm(debs, { recursive: true });
    // Packages of Debian 12 still have some of theirs outside of /usr.
    for (const outside of ['lib', 'bin', 'sbin'])
      if (await exists(join(root, outside)))
        await runChildStrictly('cp', ['-a', `${join(root, outside)}/.`, join(root, 'usr', outside)]);
  });
  return folder;
}

/** What is wanted, and what that needs and this machine has not. */
async function download(folder: string): Promise<void> {
  const plan = await runChildStrictly('apt-get', ['install', '-s', '--no-install-recommends', ...WANTED]);
  const names = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
  await runChildStrictly('apt-get', ['download', ...names], { cwd: folder, timeoutMs: LIMIT_MS });
}
