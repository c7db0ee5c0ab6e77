import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runChildStrictly } from './child.ts';
import { labError } from './lab-error.ts';
import { during, type Report } from './report.ts';

/** Programs of this machine that the lab runs, with the Debian packages that have them. */
const toRun = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  ssh: 'openssh-client',
  setpriv: 'util-linux',
} as const;

const toBuild = {
  unshare: 'util-linux',
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
  'ssh-keygen': 'openssh-client',
  xz: 'xz-utils',
  gcc: 'gcc',
  ld: 'binutils',
} as const;

/** Files that the guests are compiled from. */
const headers = {
  '/usr/include/xen/xen.h': 'libxen-dev',
  '/usr/include/stdio.h': 'libc6-dev',
} as const;

/** apt does not wait for another one that reads its lists, and tests that need packages run side by side. */
const APT_LOCK = '/run/lock/vm-tools-apt';

/** Packages that are missing here, for running alone or for building the images as well. */
export function missingPackages(purpose: 'run' | 'build'): Promise<string[]> {
  if (purpose === 'run') return missingOf(toRun);
  return missingOf({ ...toRun, ...toBuild }, headers);
}

/**
 * Which packages are missing here.
 *
 * @param programs those of PATH, each with its package
 * @param files the same of files by their paths
 */
export async function missingOf(
  programs: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const missing = new Set<string>();
  for (const [program, name] of Object.entries(programs)) if (!(await onPath(program))) missing.add(name);
  for (const [file, name] of Object.entries(files)) if (!(await can(file, constants.R_OK))) missing.add(name);
  return [...missing].sort();
}

/** Whether this process may install packages. */
export async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await onPath('apt-get'));
}

/** Installs what is missing where that is possible, and otherwise says what to install. */
export async function ensurePackages(
  purpose: 'run' | 'build',
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  await installPackages(await missingPackages(purpose), 'the lab', report, signal);
}

/**
 * Sees to it that programs of this machine are there, and installs those that are missing where that is possible.
 *
 * @param programs each with the Debian package that has it
 * @param purpose who needs them, for the message
 * @throws VmToolsError LAB_PACKAGES, LAB_COMMAND, LAB_TIMEOUT
 */
export async function ensurePrograms(
  programs: Readonly<Record<string, string>>,
  purpose: string,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  await installPackages(await missingOf(programs), purpose, report, signal);
}

/**
 * Installs packages of Debian where that is possible, and otherwise says what to install.
 *
 * @param needing what needs them, for the message
 * @throws VmToolsError LAB_PACKAGES, or LAB_COMMAND with what apt-get said
 */
async function installPackages(
  missing: readonly string[],
  needing: string,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  if (missing.length === 0) return;
  const line = `apt-get install ${missing.join(' ')}`;
  if (!(await canInstall())) {
    throw labError({
      code: 'PACKAGES',
      message: `${needing} needs ${missing.join(', ')}`,
      hint: `as root: ${line}`,
    });
  }
  report(`installing ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, timeoutMs: 600_000, signal };
  for (const words of [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', ...missing],
  ])
    await during(report, `apt-get ${words[0] ?? ''}`, () =>
      runChildStrictly('flock', [APT_LOCK, 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...words], options),
    );
}

async function onPath(program: string): Promise<boolean> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) if (await can(join(folder, program), constants.X_OK)) return true;
  return false;
}

async function can(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
