import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sumOf } from './acpi-header.ts';
import { acpiTables } from './acpi-tables.ts';

/** A reader of guest memory as a guest would walk it. */
function memoryOf(vcpus: number) {
  const blobs = acpiTables({ vcpus });
  const bytesAt = (address: number, length: number): Buffer => {
    const blob = blobs.find(
      ({ guestAddress, data }) => guestAddress <= address && address + length <= guestAddress + data.length,
    );
    if (blob === undefined) throw new Error(`nothing at ${address.toString(16)}`);
    return Buffer.from(blob.data).subarray(address - blob.guestAddress, address - blob.guestAddress + length);
  };
  const tableAt = (address: number): Buffer => bytesAt(address, bytesAt(address, 8).readUInt32LE(4));
  const rsdp = Buffer.from(blobs[0]?.data ?? []);
  const xsdt = tableAt(Number(rsdp.readBigUInt64LE(24)));
  const rsdt = tableAt(rsdp.readUInt32LE(16));
  const addresses = Array.from({ length: (xsdt.length - 36) / 8 }, (_, index) =>
    Number(xsdt.readBigUInt64LE(36 + 8 * index)),
  );
  const [fadt = Buffer.alloc(0), madt = Buffer.alloc(0)] = addresses.map(tableAt);
  return { blobs, bytesAt, tableAt, rsdp, xsdt, rsdt, addresses, fadt, madt };
}

const vcpuCounts = fc.integer({ min: 1, max: 128 });

test('every table is where it is said to be, and adds up', () => {
  fc.assert(
    fc.property(vcpuCounts, (vcpus) => {
      const { rsdp, xsdt, rsdt, addresses, fadt, madt, bytesAt, tableAt } = memoryOf(vcpus);
      expect(rsdp.toString('latin1', 0, 8)).toBe('RSD PTR ');
      expect([sumOf(rsdp.subarray(0, 20)), sumOf(rsdp.subarray(0, 36))]).toEqual([0, 0]);
      const dsdt = tableAt(fadt.readUInt32LE(40));
      const all = [xsdt, rsdt, fadt, madt, dsdt];
      expect(all.map((table) => table.toString('latin1', 0, 4))).toEqual([
        'XSDT',
        'RSDT',
        'FACP',
        'APIC',
        'DSDT',
      ]);
      expect(all.map(sumOf)).toEqual([0, 0, 0, 0, 0]);
      expect(all.map((table) => table.toString('latin1', 10, 36))).toEqual(
        all.map(() => 'Xen\0\0\0HVM\0\0\0\0\0\0\0\0\0HVML\0\0\0\0'),
      );
      expect([rsdt.readUInt32LE(36), rsdt.readUInt32LE(40)]).toEqual(addresses);
      expect(fadt.readUInt32LE(36) % 64).toBe(0);
      expect(bytesAt(fadt.readUInt32LE(36), 64).toString('latin1', 0, 5)).toBe('FACS\u0040');
      expect(fadt.readBigUInt64LE(132)).toBe(BigInt(fadt.readUInt32LE(36)));
      expect(fadt.readBigUInt64LE(140)).toBe(BigInt(fadt.readUInt32LE(40)));
    }),
  );
});

test('the MADT lists every vCPU under an id of its own', () => {
  fc.assert(
    fc.property(vcpuCounts, (vcpus) => {
      const { madt } = memoryOf(vcpus);
      expect(madt.length).toBe(44 + 8 * vcpus);
      for (let vcpu = 0; vcpu < vcpus; vcpu += 1) {
        expect([...madt.subarray(44 + 8 * vcpu, 52 + 8 * vcpu)]).toEqual([0, 8, vcpu, 2 * vcpu, 1, 0, 0, 0]);
      }
    }),
  );
});

test('acpi_info, tables and RSDP lie side by side in whole pages', () => {
  fc.assert(
    fc.property(vcpuCounts, (vcpus) => {
      const [rsdp, info, tables] = memoryOf(vcpus).blobs;
      expect(info).toMatchObject({ guestAddress: 0xfc000000 });
      expect(info?.data.length).toBe(4096);
      expect(tables).toMatchObject({ guestAddress: 0xfc001000 });
      expect((tables?.data.length ?? 1) % 4096).toBe(0);
      expect(rsdp?.guestAddress).toBe(0xfc001000 + (tables?.data.length ?? 0));
      expect(rsdp?.data.length).toBe(64);
    }),
  );
});

// Printed by Debian's own libxenlight 4.17 for two vCPUs, from the end of the header on.
describe('what libxl 4.17 writes', () => {
  test('FADT, but for the addresses of FACS and DSDT', () => {
    const { fadt } = memoryOf(2);
    const libxl = Buffer.from(
      [
        '001000fc401000fc00000900000000000000000000b000000000000004b00000',
        '000000000000000000000000e0af0000000000000402000004000000ff0fff0f',
        '0000000000000000002400007581000001080000f90c00000000000006000000',
        '001000fc00000000401000fc000000000120000000b000000000000000000000',
        '00000000000000000110000004b0000000000000000000000000000000000000',
        '00'.repeat(72),
      ].join(''),
      'hex',
    );
    // libxl begins with FACS and DSDT as well, so that even these addresses agree.
    expect(fadt.toString('hex', 36)).toBe(libxl.toString('hex'));
    expect(fadt[8]).toBe(5);
  });

  test('MADT', () => {
    const { madt } = memoryOf(2);
    expect(madt.toString('hex', 36)).toBe('0000e0fe010000000008000001000000' + '0008010201000000');
    expect(madt[8]).toBe(2);
  });

  test('acpi_info, where the MADT is', () => {
    const { blobs, addresses } = memoryOf(2);
    const info = Buffer.from(blobs[1]?.data ?? []);
    const madtAddress = addresses[1] ?? 0;
    expect(info.readUInt16LE(2)).toBe(2);
    expect(info.readUInt32LE(12)).toBe(madtAddress + 9);
    expect(info.readUInt32LE(16)).toBe(madtAddress + 44);
  });
});
