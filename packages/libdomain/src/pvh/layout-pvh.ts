import type { BuildSpec } from '@vm-tools/xc-native';
import { acpiTables } from './acpi-tables.ts';
import type { AddressRange } from './e820.ts';
import { e820For } from './e820.ts';
import { PAGE_BYTES } from './memory-layout.ts';

/** The part of a BuildSpec that depends on the layout of a PVH guest's memory. */
export type PvhLayout = Required<Pick<BuildSpec, 'targetKib' | 'maxKib' | 'acpi' | 'e820'>>;

/**
 * Lays out the memory of a PVH guest. libxenguest counts a guest's whole memory in MiB, so its map must not promise
 * more than whole ones.
 */
export function layoutPvh(config: { memoryKib: number; maxMemoryKib: number; maxVcpus: number }): PvhLayout {
  const maxKib = Math.floor(config.maxMemoryKib / 1024) * 1024;
  const targetKib = Math.min(Math.floor(config.memoryKib / 4) * 4, maxKib);
  // Those that it does not use at first are there, too: the DSDT has no code to plug one in later.
  const acpi = acpiTables({ vcpus: config.maxVcpus });
  return { targetKib, maxKib, acpi, e820: e820For({ memoryKib: maxKib, acpi: [spanOf(acpi)] }) };
}

/** The whole pages from the first to the last of blobs that lie side by side. */
function spanOf(blobs: PvhLayout['acpi']): AddressRange {
  const address = Math.min(...blobs.map(({ guestAddress }) => guestAddress));
  const end = Math.max(...blobs.map(({ guestAddress, data }) => guestAddress + data.length));
  return { address, size: Math.ceil((end - address) / PAGE_BYTES) * PAGE_BYTES };
}
