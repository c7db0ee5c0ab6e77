import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { bootloaderMissing } from '../../errors.ts';

const VERSION = '/sys/hypervisor/version';

/**
 * The path of a bootloader. One without a folder is looked for among the programs of the Xen that runs, as libxl does
 * it, and then where commands are.
 *
 * @throws DOM0_BOOTLOADER_MISSING
 */
export async function findProgram(program: string): Promise<string> {
  const folders = isAbsolute(program) ? ['/'] : [...(await foldersOfXen()), ...foldersOfCommands()];
  for (const folder of folders) {
    const path = join(folder, program);
    if (await canRun(path)) return path;
  }
  throw bootloaderMissing(program);
}

/** Debian has a folder for each release, others one. */
async function foldersOfXen(): Promise<readonly string[]> {
  const [major, minor] = await Promise.all(
    ['major', 'minor'].map((name) => readFile(join(VERSION, name), 'utf8').catch(() => '')),
  );
  const release = major ? [`/usr/lib/xen-${major.trim()}.${minor?.trim()}/bin`] : [];
  return [...release, '/usr/libexec/xen/bin', '/usr/lib/xen/bin'];
}

function foldersOfCommands(): readonly string[] {
  return (process.env['PATH'] ?? '').split(':').filter(isAbsolute);
}

function canRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
