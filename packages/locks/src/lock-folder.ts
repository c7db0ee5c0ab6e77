import { VmToolsError } from '@vm-tools/errors';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { lockFailed } from './lock-error.ts';

const PRIVATE_MODE = 0o700;

/**
 * Makes a folder for locks into which no other user can put anything, or makes sure that one is such.
 *
 * @throws LOCK_FOLDER when it is a symbolic link or another user's; LOCK_FAILED, as when it is no folder
 */
export async function makeLockFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: PRIVATE_MODE });
    const found = await lstat(folder);
    const owner = process.geteuid?.();
    if (found.isSymbolicLink()) throw refused(folder, 'is a symbolic link');
    if (found.uid !== owner) throw refused(folder, `belongs to the user ${found.uid}, not to ${owner}`);
    await chmod(folder, PRIVATE_MODE);
  } catch (thrown) {
    throw lockFailed(folder, thrown);
  }
}

function refused(folder: string, why: string): VmToolsError {
  return new VmToolsError({
    code: 'LOCK_FOLDER',
    message: `${folder} ${why}, so its locks would prove nothing`,
    hint: `find out which user made it, and remove it: it is made anew`,
    details: { folder },
  });
}
