import { lstat } from 'node:fs';
import { promisify } from 'node:util';
import { VmToolsError } from '@vm-tools/errors';

/**
 * Refuses a folder of simulated hosts that belongs to another user, or that others may look into: in /tmp another user
 * may have made it first, and would be asked in the place of a host. One that is not there is no danger.
 *
 * @throws VmToolsError XEN_SIM_FOLDER_UNSAFE
 */
export async function requireOwnFolder(path: string): Promise<void> {
  const found = await promisify(lstat)(path).catch(() => undefined);
  if (found === undefined) return;
  const isOurs = found.isDirectory() && found.uid === process.getuid?.();
  if (isOurs && (found.mode & 0o077) === 0) return;
  throw new VmToolsError({
    code: 'XEN_SIM_FOLDER_UNSAFE',
    message: isOurs ? `others may look into ${path}` : `${path} is not a folder of yours`,
    hint: isOurs ? `chmod 700 ${path}` : 'set VM_TOOLS_SIM to a folder of your own',
  });
}
