import { acpiTable } from './acpi-header.ts';

/** Bytes of a FADT of ACPI 5: the whole structure, sleep registers included. */
const FADT_BYTES = 268;
const FADT_REVISION = 5;

/** Xen's own ports for power management (xen/hvm/ioreq.h, "V1"). */
const PM1A_EVENT_PORT = 0xb000;
const PM1A_CONTROL_PORT = 0xb004;
const GPE0_PORT = 0xafe0;
const RESET_PORT = 0xcf9;

/** WBINVD works; C1 does; power and sleep buttons are no fixed hardware, nor is the RTC; a 32-bit timer; platform clock. */
const FLAGS = (1 << 0) | (1 << 2) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 8) | (1 << 15);

/** There is neither a VGA nor a CMOS clock: a guest that probed for them would find noise. */
const BOOT_ARCHITECTURE = (1 << 2) | (1 << 5);

/** Over 100 and 1000 µs: the guest is not to try C2 and C3. */
const NO_C_STATE_US = 0x0fff;

/**
 * The Fixed ACPI Description Table, byte for byte as libxl's but for the addresses of the two other tables. A PVH
 * guest has none of the hardware it names, but Linux wants a sensible table before it believes the MADT.
 */
export function fadt({ facsAddress, dsdtAddress }: { facsAddress: number; dsdtAddress: number }): Uint8Array {
  return acpiTable('FACP', FADT_REVISION, FADT_BYTES, (table) => {
    table.setUint32(36, facsAddress, true);
    table.setUint32(40, dsdtAddress, true);
    table.setUint16(46, 9, true); // SCI_INT: the interrupt that ACPI events had on a PC
    table.setUint32(56, PM1A_EVENT_PORT, true);
    table.setUint32(64, PM1A_CONTROL_PORT, true);
    table.setUint32(80, GPE0_PORT, true);
    table.setUint8(88, 4); // PM1_EVT_LEN
    table.setUint8(89, 2); // PM1_CNT_LEN
    table.setUint8(92, 4); // GPE0_BLK_LEN
    table.setUint16(96, NO_C_STATE_US, true);
    table.setUint16(98, NO_C_STATE_US, true);
    table.setUint16(109, BOOT_ARCHITECTURE, true);
    table.setUint32(112, FLAGS, true);
    setIoRegister(table, 116, RESET_PORT, 8);
    table.setUint8(128, 6); // RESET_VALUE
    table.setBigUint64(132, BigInt(facsAddress), true);
    table.setBigUint64(140, BigInt(dsdtAddress), true);
    setIoRegister(table, 148, PM1A_EVENT_PORT, 32);
    setIoRegister(table, 172, PM1A_CONTROL_PORT, 16);
  });
}

/** A generic address structure: kind of space (1 is I/O), width and offset in bits, access size, address. */
function setIoRegister(table: DataView, offset: number, port: number, bits: number): void {
  table.setUint8(offset, 1);
  table.setUint8(offset + 1, bits);
  table.setBigUint64(offset + 4, BigInt(port), true);
}
