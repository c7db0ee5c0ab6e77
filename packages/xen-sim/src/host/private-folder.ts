import { lstat, mkdir } from 'node:fs/promises';
import { VmToolsError } from '@vm-tools/errors';

/**
 * Makes a folder that only this user can look into, or checks that it is one: in /tmp somebody else may have been
 * there first, and would then be asked in the place of a host.
 *
 * @throws VmToolsError XEN_SIM_FOLDER_UNSAFE, XEN_SIM_FOLDER
 */
export async function makePrivateFolder(path: string): Promise<void> {
  let found;
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    found = await lstat(path);
  } catch (cause) {
    throw new VmToolsError({
      code: 'XEN_SIM_FOLDER',
      message: `cannot make ${path}: ${(cause as NodeJS.ErrnoException).code}`,
      hint: 'set VM_TOOLS_SIM to a folder that you can write',
      cause,
    });
  }
  const isOurs = found.isDirectory() && found.uid === process.getuid?.();
  if (isOurs && (found.mode & 0o077) === 0) return;
  throw new VmToolsError({
    code: 'XEN_SIM_FOLDER_UNSAFE',
    message: isOurs ? `others may look into ${path}` : `${path} is not a folder of yours`,
    hint: isOurs ? `chmod 700 ${path}` : 'set VM_TOOLS_SIM to a folder of your own',
  });
}
