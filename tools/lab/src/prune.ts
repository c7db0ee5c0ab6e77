import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { runningLabs } from './lab-state.ts';
import { layout } from './local/layout.ts';

const keptMs = 24 * 3_600_000;

/**
 * Removes what was built from inputs that have changed since: an image takes a gigabyte. What has been used in the last
 * day stays, as hosts of the other release may come next.
 */
export async function prune(current: readonly string[]): Promise<void> {
  const used = new Set([
    ...current,
    ...(await runningLabs()).flatMap(({ hosts }) => Object.values(hosts).map(({ image }) => image)),
  ]);
  const now = new Date();
  for (const path of current) await utimes(path, now, now).catch(() => undefined); // it may be another user's
  for (const folder of [layout.images, layout.guests, layout.programs, layout.initramfs]) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const { mtimeMs } = await stat(path);
      if (!used.has(path) && mtimeMs < Date.now() - keptMs) await rm(path, { recursive: true, force: true });
    }
  }
}
