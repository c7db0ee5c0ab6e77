import { mkdir } from 'node:fs/promises';
import { VmToolsError } from '@vm-tools/errors';
import { requireOwnFolder } from '@vm-tools/xen-wire';

/**
 * Makes a folder that only this user can look into, or checks that it is one: in /tmp another user may have made it
 * first, and would then be asked in the place of a host.
 *
 * @throws VmToolsError XEN_SIM_FOLDER_UNSAFE, XEN_SIM_FOLDER
 */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new VmToolsError({
      code: 'XEN_SIM_FOLDER',
      message: `cannot make ${path}: ${(cause as NodeJS.ErrnoException).code}`,
      hint: 'set VM_TOOLS_SIM to a folder that you can write',
      cause,
    });
  }
  await requireOwnFolder(path);
}
