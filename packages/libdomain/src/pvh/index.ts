/**
 * The contents of a PVH guest's memory beside its kernel: the map of that memory, and ACPI tables that list its vCPUs.
 *
 * @example
 * const { targetKib, maxKib, acpi, e820 } = layoutPvh(config);
 *
 * @packageDocumentation
 */
export { acpiTables } from './acpi-tables.ts';
export { e820For } from './e820.ts';
export type { AddressRange } from './e820.ts';
export { layoutPvh } from './layout-pvh.ts';
export type { PvhLayout } from './layout-pvh.ts';
export {
  ACPI_INFO_ADDRESS,
  ACPI_TABLES_ADDRESS,
  HIGHMEM_START,
  LAPIC_ADDRESS,
  LOWMEM_LIMIT,
  PAGE_BYTES,
  SPECIAL_PAGES_ADDRESS,
  SPECIAL_PAGES_BYTES,
} from './memory-layout.ts';
