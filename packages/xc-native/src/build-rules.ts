import { VmToolsError } from '@vm-tools/errors';
import type { BuildSpec, GuestBlob } from './xen.ts';

const KIB_PER_MIB = 1024;
/** MAX_ACPI_MODULES (xenguest.h) */
const MAX_ACPI_MODULES = 4;

/**
 * The memory that the domain builder is told, in MiB, its unit. A PVH guest's map reaches to its maximum, of which
 * targetKib are populated; a PV guest starts with its target and no more.
 *
 * @throws VmToolsError XEN_MEMORY_SIZE for sizes that libxc would silently cut to whole MiB
 */
export function memoryMib({ type, targetKib, maxKib }: BuildSpec): number {
  for (const kib of [targetKib, maxKib]) {
    if (!Number.isSafeInteger(kib) || kib <= 0 || kib % KIB_PER_MIB !== 0)
      throw badSize(`${kib} KiB are no whole MiB`);
  }
  if (targetKib > maxKib)
    throw badSize(`the target of ${targetKib} KiB exceeds the maximum of ${maxKib} KiB`);
  return (type === 'pvh' ? maxKib : targetKib) / KIB_PER_MIB;
}

/** @throws VmToolsError XEN_TOO_MANY_BLOBS for more ACPI tables than libxenguest takes */
export function requireFewBlobs({ length }: readonly GuestBlob[]): void {
  if (length <= MAX_ACPI_MODULES) return;
  throw new VmToolsError({
    code: 'XEN_TOO_MANY_BLOBS',
    kind: 'usage',
    message: `${length} ACPI blobs are more than the ${MAX_ACPI_MODULES} that libxenguest takes`,
    hint: 'pass fewer of them',
  });
}

function badSize(what: string): VmToolsError {
  return new VmToolsError({
    code: 'XEN_MEMORY_SIZE',
    kind: 'usage',
    message: `this memory cannot be built: ${what}`,
    hint: 'give memory and maximum memory in whole MiB',
  });
}
