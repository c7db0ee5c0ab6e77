import { VmToolsError } from '@vm-tools/errors';
import type { Share } from '../../config/devices/share.ts';
import { isHere } from '../../config/devices/is-here.ts';
import type { Host } from '../../host.ts';

/**
 * Looks for the folder that a guest is to mount: qemu takes any path, and the guest then finds nothing there.
 *
 * @throws DOMAIN_FOLDER_MISSING of kind usage
 */
export async function requireFolder({ dom0 }: Host, { path, tag, backend }: Share): Promise<void> {
  // Only a driver domain can see its own folders.
  if (!isHere({ backend })) return;
  const facts = await dom0.lookAt(path);
  if (facts.is === 'other') return;
  throw new VmToolsError({
    code: 'DOMAIN_FOLDER_MISSING',
    kind: 'usage',
    message: `there is no folder ${path}, which a guest is to mount as ${tag}`,
    hint: `create it, or correct the path: mkdir -p ${path}`,
    details: { path, tag },
  });
}
