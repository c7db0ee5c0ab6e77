import { VmToolsError } from '@vm-tools/errors';
import type { BuildSpec } from '@vm-tools/xc-native';

const KIB_PER_MIB = 1024;
const PAGES_PER_KIB = 1 / 4;

/**
 * The pages that the domain builder counts with. A PVH guest's map reaches to its maximum, of which targetKib are
 * populated; a PV guest has its target and no more.
 *
 * @throws VmToolsError XEN_MEMORY_SIZE, as xc-native does, for sizes that libxc would silently cut to whole MiB
 */
export function memoryPages({ type, targetKib, maxKib }: BuildSpec): { total: number; target: number } {
  for (const kib of [targetKib, maxKib]) {
    if (!Number.isSafeInteger(kib) || kib <= 0 || kib % KIB_PER_MIB !== 0)
      throw badSize(`${kib} KiB are no whole MiB`);
  }
  if (targetKib > maxKib)
    throw badSize(`the target of ${targetKib} KiB exceeds the maximum of ${maxKib} KiB`);
  return { total: (type === 'pvh' ? maxKib : targetKib) * PAGES_PER_KIB, target: targetKib * PAGES_PER_KIB };
}

function badSize(what: string): VmToolsError {
  return new VmToolsError({
    code: 'XEN_MEMORY_SIZE',
    kind: 'usage',
    message: `this memory cannot be built: ${what}`,
    hint: 'Give memory and maximum memory in whole MiB.',
  });
}
