import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBareGuests } from './bare-guests.ts';
import type { BaseImage } from '../images/base-image.ts';
import { buildAside } from '../local/build-aside.ts';
import { digestOf, readTree } from '../local/digest.ts';
import { layout } from '../local/layout.ts';
import { linuxGuestInitramfs } from './linux-guest.ts';
import { ensurePackages } from '../local/prerequisites.ts';
import { during, type Report } from '../local/report.ts';

/** Raised when the recipe below changes in a way that its inputs do not show. */
const recipe = '1';

/**
 * The folder with the guests that hosts have in /guests (their kernels of Linux come with the base image), built
 * if their sources have changed.
 */
export async function buildGuests(base: BaseImage, report: Report, signal?: AbortSignal): Promise<string> {
  const sources = await readTree(layout.guestSources);
  const inputs = sources.flatMap(({ path, data }) => [path, data]);
  return buildAside(join(layout.guests, digestOf(recipe, base.name, ...inputs)), async (aside) => {
    await ensurePackages('build', report, signal);
    report('building the guests');
    const work = await mkdtemp(join(tmpdir(), 'lab-guests-'));
    try {
      await during(report, 'building the guests', () => buildBareGuests(work, signal));
      for (const guest of ['polite', 'rude']) await copyFile(join(work, guest), join(aside, guest));
      await writeFile(join(aside, 'initrd.img'), await linuxGuestInitramfs(base, work, signal));
      for (const { path, data } of sources.filter((source) => source.path.startsWith('configs/'))) {
        await writeFile(join(aside, path.slice('configs/'.length)), data);
      }
    } finally {
      await rm(work, { recursive: true });
    }
  });
}
