import type { GuestBlob } from '@vm-tools/xc-native';
import { ACPI_HEADER_BYTES, acpiTable, setChecksum, writeText } from './acpi-header.ts';
import { fadt } from './fadt.ts';
import { FIRST_LAPIC_OFFSET, madt } from './madt.ts';
import { ACPI_INFO_ADDRESS, ACPI_TABLES_ADDRESS, PAGE_BYTES } from './memory-layout.ts';

const FACS_BYTES = 64;
const RSDP_BYTES = 36;
const RSDP_V1_BYTES = 20;

/** libxl's length for the RSDP: a paragraph-aligned block with room to spare. */
const RSDP_BLOB_BYTES = 64;

/**
 * The ACPI tables of a PVH guest. libxl makes them for its guests out of Xen's libacpi, which no library exports,
 * so a toolstack without libxl has to write them itself.
 *
 *     RSDP ─┬─▶ XSDT ─┬─▶ FADT ─┬─▶ FACS
 *           │         └─▶ MADT  └─▶ DSDT
 *           └─▶ RSDT ───▶ the same two, for guests that read 32-bit pointers
 *
 * The DSDT is empty. libxl's has 27 KiB, all of it code that plugs vCPUs in and out by way of acpi_info.
 *
 * The RSDP lies behind the tables, and the guest learns its address from hvm_start_info. Linux before 4.17 looked
 * for it only where a BIOS has it; libxl serves such kernels from 0xFFFC0, we do not.
 *
 * @returns RSDP, acpi_info and tables, in the order that BuildSpec wants
 */
export function acpiTables({ vcpus }: { vcpus: number }): readonly GuestBlob[] {
  const area = new TableArea(ACPI_TABLES_ADDRESS);
  const facsAddress = area.add(facs(), 64);
  const dsdtAddress = area.add(acpiTable('DSDT', 2, ACPI_HEADER_BYTES, () => undefined));
  const fadtAddress = area.add(fadt({ facsAddress, dsdtAddress }));
  const madtAddress = area.add(madt(vcpus));
  const tables = [fadtAddress, madtAddress];
  const xsdtAddress = area.add(xsdt(tables));
  const rsdtAddress = area.add(rsdt(tables));
  const data = area.wholePages();
  return [
    { guestAddress: ACPI_TABLES_ADDRESS + data.length, data: rsdp({ rsdtAddress, xsdtAddress }) },
    { guestAddress: ACPI_INFO_ADDRESS, data: acpiInfo(vcpus, madtAddress) },
    { guestAddress: ACPI_TABLES_ADDRESS, data },
  ];
}

/** Tables one behind the other, as they will lie in the guest. */
class TableArea {
  readonly #start: number;
  #bytes = new Uint8Array();

  constructor(start: number) {
    this.#start = start;
  }

  /** @returns the guest physical address that the table gets */
  add(table: Uint8Array, alignment = 16): number {
    const offset = roundUp(this.#bytes.length, alignment);
    const bytes = new Uint8Array(offset + table.length);
    bytes.set(this.#bytes);
    bytes.set(table, offset);
    this.#bytes = bytes;
    return this.#start + offset;
  }

  wholePages(): Uint8Array {
    const bytes = new Uint8Array(roundUp(this.#bytes.length, PAGE_BYTES));
    bytes.set(this.#bytes);
    return bytes;
  }
}

/** Firmware ACPI Control Structure: the one table without header and checksum. A PVH guest is never woken up by it. */
function facs(): Uint8Array {
  const bytes = new Uint8Array(FACS_BYTES);
  writeText(bytes, 0, 'FACS');
  bytes[4] = FACS_BYTES;
  bytes[32] = 1; // version
  return bytes;
}

function xsdt(addresses: readonly number[]): Uint8Array {
  return acpiTable('XSDT', 1, ACPI_HEADER_BYTES + 8 * addresses.length, (table) => {
    for (const [index, address] of addresses.entries()) {
      table.setBigUint64(ACPI_HEADER_BYTES + 8 * index, BigInt(address), true);
    }
  });
}

function rsdt(addresses: readonly number[]): Uint8Array {
  return acpiTable('RSDT', 1, ACPI_HEADER_BYTES + 4 * addresses.length, (table) => {
    for (const [index, address] of addresses.entries())
      table.setUint32(ACPI_HEADER_BYTES + 4 * index, address, true);
  });
}

/** Root System Description Pointer; its first checksum covers what ACPI 1.0 knew of it. */
function rsdp({ rsdtAddress, xsdtAddress }: { rsdtAddress: number; xsdtAddress: number }): Uint8Array {
  const bytes = new Uint8Array(RSDP_BLOB_BYTES);
  const view = new DataView(bytes.buffer);
  writeText(bytes, 0, 'RSD PTR ');
  writeText(bytes, 9, 'Xen');
  bytes[15] = 2; // revision
  view.setUint32(16, rsdtAddress, true);
  view.setUint32(20, RSDP_BYTES, true);
  view.setBigUint64(24, BigInt(xsdtAddress), true);
  setChecksum(bytes.subarray(0, RSDP_V1_BYTES), 8);
  setChecksum(bytes.subarray(0, RSDP_BYTES), 32);
  return bytes;
}

/** struct acpi_info of Xen's libacpi, as libxl fills it for PVH: how many vCPUs, and where the MADT lists them. */
function acpiInfo(vcpus: number, madtAddress: number): Uint8Array {
  const bytes = new Uint8Array(PAGE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, vcpus, true);
  view.setUint32(12, madtAddress + 9, true); // its checksum
  view.setUint32(16, madtAddress + FIRST_LAPIC_OFFSET, true);
  return bytes;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
