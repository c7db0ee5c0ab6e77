import { ACPI_HEADER_BYTES, acpiTable } from './acpi-header.ts';
import { LAPIC_ADDRESS } from './memory-layout.ts';

const MADT_REVISION = 2;
const LAPIC_ENTRY_BYTES = 8;

/** Offset of the first local APIC in the table; acpi_info tells it to libxl's DSDT. */
export const FIRST_LAPIC_OFFSET = ACPI_HEADER_BYTES + 8;

/**
 * The Multiple APIC Description Table: the list of vCPUs, without which a guest starts only one. A PVH guest has
 * local APICs and no I/O APIC.
 */
export function madt(vcpus: number): Uint8Array {
  return acpiTable('APIC', MADT_REVISION, FIRST_LAPIC_OFFSET + LAPIC_ENTRY_BYTES * vcpus, (table) => {
    table.setUint32(36, LAPIC_ADDRESS, true);
    table.setUint32(40, 1, true); // PCAT_COMPAT, which libxl sets as well
    for (let vcpu = 0; vcpu < vcpus; vcpu += 1) {
      const entry = FIRST_LAPIC_OFFSET + LAPIC_ENTRY_BYTES * vcpu;
      table.setUint8(entry, 0); // a processor's local APIC
      table.setUint8(entry + 1, LAPIC_ENTRY_BYTES);
      table.setUint8(entry + 2, vcpu);
      table.setUint8(entry + 3, lapicIdOf(vcpu));
      table.setUint32(entry + 4, 1, true); // enabled
    }
  });
}

/** Xen gives vCPUs even ids, as if every one were the first thread of a core, so that no guest sees siblings. */
function lapicIdOf(vcpu: number): number {
  return 2 * vcpu;
}
