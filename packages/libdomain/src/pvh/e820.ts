import type { E820Entry } from '@vm-tools/xc-native';
import { HIGHMEM_START, LOWMEM_LIMIT, SPECIAL_PAGES_ADDRESS, SPECIAL_PAGES_BYTES } from './memory-layout.ts';

/** A piece of guest physical memory, bytes. */
export interface AddressRange {
  readonly address: number;
  readonly size: number;
}

/**
 * The map of its memory that a PVH guest boots with, in ascending order.
 *
 * @param memoryKib all the memory it may ever have: what it does not start with is RAM too, not populated yet
 * @param acpi where its ACPI tables lie
 */
export function e820For({
  memoryKib,
  acpi,
}: {
  memoryKib: number;
  acpi: readonly AddressRange[];
}): E820Entry[] {
  const memoryBytes = memoryKib * 1024;
  const lowmemBytes = Math.min(memoryBytes, LOWMEM_LIMIT);
  const highmemBytes = memoryBytes - lowmemBytes;
  return [
    { address: 0, size: lowmemBytes, type: 'ram' },
    ...acpi.map(({ address, size }) => ({ address, size, type: 'acpi' as const })),
    { address: SPECIAL_PAGES_ADDRESS, size: SPECIAL_PAGES_BYTES, type: 'reserved' },
    ...(highmemBytes > 0 ? [{ address: HIGHMEM_START, size: highmemBytes, type: 'ram' as const }] : []),
  ];
}
