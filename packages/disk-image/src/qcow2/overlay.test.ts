import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseQcow2 } from './header.ts';
import { MAX_DISK_BYTES, qcow2Overlay } from './overlay.ts';

const MIB = 1024 ** 2;
const CLUSTER = 65_536;

/** What an image says of the file below it, and of where its own tables are, as qemu's document has it. */
function readOverlay(image: Buffer): object {
  const at = Number(image.readBigUInt64BE(8));
  const extensions: string[] = [];
  for (let place = 104; image.readUInt32BE(place) !== 0;) {
    const length = image.readUInt32BE(place + 4);
    extensions.push(
      `${image.readUInt32BE(place).toString(16)} ${image.toString('utf8', place + 8, place + 8 + length)}`,
    );
    place += 8 + Math.ceil(length / 8) * 8;
  }
  return { extensions, backing: image.toString('utf8', at, at + image.readUInt32BE(16)) };
}

const path = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .map((name) => `/srv/${name.replaceAll('\0', '')}`);
const size = fc.integer({ min: 1, max: MAX_DISK_BYTES / MIB }).map((mib) => mib * MIB);

test('it is read back: size, path and format of what is below', () => {
  fc.assert(
    fc.property(size, path, fc.constantFrom('raw', 'qcow2'), (virtualBytes, backingPath, backingFormat) => {
      const image = qcow2Overlay({ virtualBytes, backingPath, backingFormat });
      expect(parseQcow2(image)).toEqual({
        virtualBytes: BigInt(virtualBytes),
        hasBackingFile: true,
        hasDataFile: false,
        isEncrypted: false,
        isCorrupt: false,
        unknownFeatures: 0n,
      });
      expect(readOverlay(image)).toEqual({ extensions: [`e2792aca ${backingFormat}`], backing: backingPath });
    }),
    { numRuns: 50 },
  );
});

test('its tables are whole clusters, each counted once, and nothing is allocated', () => {
  fc.assert(
    fc.property(size, (virtualBytes) => {
      const image = qcow2Overlay({ virtualBytes, backingPath: '/x', backingFormat: 'raw' });
      const clusters = image.length / CLUSTER;
      const block = Number(image.readBigUInt64BE(Number(image.readBigUInt64BE(48))));
      const counts = Array.from({ length: CLUSTER / 2 }, (_, index) => image.readUInt16BE(block + 2 * index));
      expect(counts.filter((count) => count === 1)).toHaveLength(clusters);
      expect(counts.slice(clusters).every((count) => count === 0)).toBe(true);
      const table = Number(image.readBigUInt64BE(40));
      const entries = image.readUInt32BE(36);
      expect(entries * 512 * MIB).toBeGreaterThanOrEqual(virtualBytes);
      expect(table + entries * 8).toBeLessThanOrEqual(image.length);
      expect(image.subarray(table).every((byte) => byte === 0)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test.each([
  ['no size', { virtualBytes: 0, backingPath: '/x' }],
  ['half a sector', { virtualBytes: 700, backingPath: '/x' }],
  ['more than 64 TiB', { virtualBytes: MAX_DISK_BYTES + 512, backingPath: '/x' }],
  ['a relative path, which qemu could take for a protocol', { virtualBytes: MIB, backingPath: 'nbd:x' }],
  ['a path that is too long', { virtualBytes: MIB, backingPath: `/${'x'.repeat(1023)}` }],
  ['a path with a NUL', { virtualBytes: MIB, backingPath: '/x\0y' }],
])('refuses %s', (_, wanted) => {
  expect(() => qcow2Overlay({ ...wanted, backingFormat: 'raw' })).toThrow(RangeError);
});
