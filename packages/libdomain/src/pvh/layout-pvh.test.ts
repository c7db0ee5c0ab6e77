import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { e820For, layoutPvh } from './index.ts';

const GIB_KIB = 1024 ** 2;

test('a small guest', () => {
  expect(e820For({ memoryKib: 16384, acpi: [{ address: 0xfc000000, size: 0x3000 }] })).toEqual([
    { address: 0, size: 0x1000000, type: 'ram' },
    { address: 0xfc000000, size: 0x3000, type: 'acpi' },
    { address: 0xfeff8000, size: 0x8000, type: 'reserved' },
  ]);
});

test('a guest of 5 GiB goes on above 4 GiB', () => {
  const { e820 } = layoutPvh({ memoryKib: 5 * GIB_KIB, maxMemoryKib: 5 * GIB_KIB, maxVcpus: 1 });
  expect(e820.filter(({ type }) => type === 'ram')).toEqual([
    { address: 0, size: 0xfc000000, type: 'ram' },
    { address: 0x100000000, size: 5 * GIB_KIB * 1024 - 0xfc000000, type: 'ram' },
  ]);
});

test('the map holds all memory once, in order, and every ACPI blob', () => {
  const memory = fc.integer({ min: 1024, max: 2 ** 34 });
  const around4Gib = fc.integer({ min: 0xfc000000 / 1024 - 8, max: 4 * GIB_KIB + 8 });
  fc.assert(
    fc.property(
      fc.oneof(memory, around4Gib),
      fc.nat(2 ** 24),
      fc.integer({ min: 1, max: 128 }),
      (max, less, maxVcpus) => {
        const memoryKib = Math.max(1024, max - less);
        const { e820, acpi, targetKib, maxKib } = layoutPvh({ memoryKib, maxMemoryKib: max, maxVcpus });
        expect(maxKib % 1024).toBe(0);
        expect(max - maxKib).toBeLessThan(1024);
        expect(targetKib % 4).toBe(0);
        expect(targetKib).toBeLessThanOrEqual(maxKib);
        const ram = e820.filter(({ type }) => type === 'ram');
        expect(ram.reduce((sum, { size }) => sum + size, 0)).toBe(maxKib * 1024);
        for (const [index, { address, size }] of e820.entries()) {
          expect(size).toBeGreaterThan(0);
          expect(address % 4096).toBe(0);
          expect(address + size).toBeLessThanOrEqual(e820[index + 1]?.address ?? Infinity);
        }
        for (const { guestAddress, data } of acpi) {
          const holds = e820.some(
            ({ address, size, type }) =>
              type === 'acpi' && address <= guestAddress && guestAddress + data.length <= address + size,
          );
          expect(holds).toBe(true);
        }
      },
    ),
  );
});
