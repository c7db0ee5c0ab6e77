import { mkdir } from 'node:fs/promises';
import { runChildStrictly } from '../local/child.ts';
import { layout } from '../local/layout.ts';
import { aptAccess } from './apt-sources.ts';
import type { Release } from './releases.ts';

export interface DebianRootInit {
  readonly release: Release;
  /** besides those that no Debian is without */
  readonly packages: readonly string[];
  /** for the scripts of the packages */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Installs a small Debian into a folder that is not there yet; only root can. */
export async function debianRoot(
  root: string,
  { release, packages, env = {}, timeoutMs, signal }: DebianRootInit,
): Promise<void> {
  const { sources, settings } = await aptAccess(release);
  await mkdir(layout.packages, { recursive: true });
  const unread = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'];
  const options = [
    ...['--mode=root', '--variant=minbase', '--format=directory', `--include=${packages.join()}`],
    ...unread.map((path) => `--dpkgopt=path-exclude=${path}`),
    ...settings.map((line) => `--aptopt=${line}`),
    // What has been downloaded is kept for the next image.
    ...['--skip=download/empty', '--skip=essential/unlink', '--skip=cleanup/apt/cache'],
    '--setup-hook=mkdir -p "$1"/var/cache/apt/archives/',
    `--setup-hook=sync-in ${layout.packages} /var/cache/apt/archives/`,
    `--customize-hook=sync-out /var/cache/apt/archives ${layout.packages}`,
    '--customize-hook=rm -f "$1"/var/cache/apt/archives/*.deb',
  ];
  const input = sources.map((entry) => `${entry}\n`).join('');
  const from = sources.length > 0 ? ['-'] : [];
  // In namespaces of its own: if it is killed, so is all it has started, and none of its mounts stay.
  const apart = ['--mount', '--pid', '--fork', '--kill-child', 'mmdebstrap'];
  await runChildStrictly('unshare', [...apart, ...options, release, root, ...from], {
    env: { ...process.env, ...env },
    input,
    timeoutMs,
    signal,
  });
}
