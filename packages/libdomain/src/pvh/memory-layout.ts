/**
 * The layout of the physical memory of a PVH guest. The places are libxenguest's and libxl's: the domain builder and
 * Xen itself count on them.
 *
 *     0            RAM, up to 0xFC000000 at most
 *     0xFC000000   acpi_info, one page: what libxl's ACPI code talks to its DSDT through
 *     0xFC001000   the ACPI tables, and behind them the RSDP, which leads to them
 *     0xFEE00000   the local APIC of each vCPU: emulated, no memory
 *     0xFEFF8000   eight special pages, in which libxenguest puts the xenstore and the console ring
 *     4 GiB        the rest of RAM, if there is more than fits below 0xFC000000
 */

/** Bytes. Xen has pages of 4 KiB on x86. */
export const PAGE_BYTES = 4096;

/** RAM stops here (dom->mmio_start): the lowest of all that must not be RAM below 4 GiB is acpi_info. */
export const LOWMEM_LIMIT = 0xfc00_0000;

/** The rest of the RAM goes on here, where nothing else is. */
export const HIGHMEM_START = 0x1_0000_0000;

/** ACPI_INFO_PHYSICAL_ADDRESS of xen/hvm/e820.h. */
export const ACPI_INFO_ADDRESS = 0xfc00_0000;

/** libxl puts the tables directly behind acpi_info so that both are one piece of the map. */
export const ACPI_TABLES_ADDRESS = ACPI_INFO_ADDRESS + PAGE_BYTES;

export const LAPIC_ADDRESS = 0xfee0_0000;

/**
 * X86_HVM_NR_SPECIAL_PAGES below X86_HVM_END_SPECIAL_REGION. The guest must be told that they are taken: it would
 * otherwise map devices or foreign pages over its own rings.
 */
export const SPECIAL_PAGES_ADDRESS = 0xfeff_8000;
export const SPECIAL_PAGES_BYTES = 8 * PAGE_BYTES;
