import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VmToolsError, messageOf } from '@vm-tools/errors';
import { buildAside, RELEASES, releaseNames, unpackPackage, type Release } from '@vm-tools/lab';
import { compile } from './compile.ts';
import type { Headers } from './compile.ts';

const PACKAGE = 'libxen-dev';
const INSTALL_LIMIT_MS = 300_000;
/** Headers of releases that this system does not have, each as its package brings them. */
const UNPACKED = join(import.meta.dirname, '../../../.cache/abi');
/** Says of which release the installed headers are; the headers themselves do not. */
const PKG_CONFIG = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/local/lib'].map((folder) =>
  join(folder, 'pkgconfig/xencontrol.pc'),
);

/**
 * The C headers of a release of Xen: unpacked under .cache/abi/VERSION, or installed here. Where neither is so and that
 * may be, this system's own are installed; those of another release of Debian are unpacked and never installed.
 * @param version "4.17"
 * @throws VmToolsError ABI_NO_HEADERS, naming the package
 */
export async function ensureHeaders(version: string): Promise<Headers> {
  const unpacked = join(UNPACKED, version);
  if (existsSync(unpacked)) return compiling(version, [join(unpacked, 'usr/include')]);
  if ((await installedRelease()) === undefined) await install(version);
  const installed = await installedRelease();
  if (installed === version) return compiling(version, []);
  const release = releaseNames.find((name) => RELEASES[name].xen === version);
  if (release === undefined)
    throw noHeaders(version, `those that are installed are of ${installed ?? 'no release'}`);
  await unpack(version, release, unpacked);
  return compiling(version, [join(unpacked, 'usr/include')]);
}

async function unpack(version: string, release: Release, folder: string): Promise<void> {
  try {
    await buildAside(folder, (aside) => unpackPackage(release, PACKAGE, aside));
  } catch (error) {
    throw noHeaders(version, `${PACKAGE} of ${release} could not be had: ${messageOf(error)}`);
  }
}

/** "4.17"; undefined where none is installed. */
async function installedRelease(): Promise<string | undefined> {
  const file = PKG_CONFIG.find(existsSync);
  if (file === undefined) return undefined;
  return /^Version: (\d+\.\d+)/m.exec(await readFile(file, 'utf8'))?.[1];
}

async function install(version: string): Promise<void> {
  if (process.getuid?.() !== 0)
    throw noHeaders(version, 'they are not installed, and only root can install them');
  try {
    const options = { timeout: INSTALL_LIMIT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    // A new machine knows no packages before the first update.
    for (const words of [
      ['update', '-q'],
      ['install', '-y', '-q', '--no-install-recommends', PACKAGE],
    ])
      await promisify(execFile)('apt-get', words, options);
  } catch (error) {
    throw noHeaders(version, `apt-get failed: ${messageOf(error).trim()}`);
  }
}

async function compiling(version: string, headers: Headers): Promise<Headers> {
  const { succeeded } = await compile('#include <xenctrl.h>\n#include <xenguest.h>\n', headers);
  if (!succeeded) throw noHeaders(version, 'they do not compile');
  return headers;
}

function noHeaders(version: string, why: string): VmToolsError {
  return new VmToolsError({
    code: 'ABI_NO_HEADERS',
    message: `the C headers of Xen ${version} are needed, but ${why}`,
    hint: `apt-get install ${PACKAGE}, or unpack that of the release with dpkg -x under .cache/abi/${version}`,
  });
}
