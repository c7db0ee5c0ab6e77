import { canInstall, ensurePrograms as ensure, missingOf, type Report } from '@vm-tools/lab';

/** Programs that this tool runs, with the Debian packages that have them. */
const PROGRAMS = {
  'dpkg-buildpackage': 'dpkg-dev',
  dh: 'debhelper',
  lintian: 'lintian',
  strip: 'binutils',
  'apt-ftparchive': 'apt-utils',
  gpg: 'gnupg',
} as const;

/**
 * Installs what is missing where root may, and otherwise says what to install.
 *
 * @throws VmToolsError LAB_PACKAGES, LAB_COMMAND
 */
export async function ensurePrograms(report: Report, signal?: AbortSignal): Promise<void> {
  await ensure(PROGRAMS, 'npm run package', report, signal);
}

/** Why the packages cannot be built here; undefined where they can, if need be after an installation. */
export async function whyNotHere(): Promise<string | undefined> {
  const missing = await missingOf(PROGRAMS);
  if (missing.length === 0 || (await canInstall())) return undefined;
  return `there is no ${missing.join(', ')} of Debian here`;
}
