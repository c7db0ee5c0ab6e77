import { stat } from 'node:fs/promises';
import { VmToolsError } from '@vm-tools/errors';
import { simulatedName } from './simulated-name.ts';

/**
 * The folder of all files of a host: a simulated host has a folder of its own, so that no two of them, and none and
 * this machine, share a file.
 *
 * @throws VmToolsError of kind usage: XEN_SIM_NAME when no simulated host can have this name; HOST_ROOT_UNSAFE when
 *   another user may put links below VM_TOOLS_ROOT, which would lead what is written there to anywhere else
 */
export async function findRoot(hostSpec: string): Promise<string> {
  const name = simulatedName(hostSpec);
  if (name === undefined) {
    const root = process.env['VM_TOOLS_ROOT'] ?? '/';
    if (root !== '/') await requireOwnRoot(root);
    return root;
  }
  const { simFolder, simPaths } = await import('./simulated-host.ts');
  return simPaths(simFolder(name)).root;
}

/** A folder that is not there yet has no owner. */
async function requireOwnRoot(root: string): Promise<void> {
  const found = await stat(root).catch(() => undefined);
  if (found === undefined) return;
  const isOurs = found.uid === 0 || found.uid === process.getuid?.();
  if (isOurs && (found.mode & 0o022) === 0) return;
  throw new VmToolsError({
    code: 'HOST_ROOT_UNSAFE',
    kind: 'usage',
    message: isOurs
      ? `others may write into ${root}, which VM_TOOLS_ROOT names`
      : `${root}, which VM_TOOLS_ROOT names, belongs to another user`,
    hint: isOurs ? `chmod go-w ${root}` : 'set VM_TOOLS_ROOT to a folder of root or of your own',
    details: { path: root },
  });
}
