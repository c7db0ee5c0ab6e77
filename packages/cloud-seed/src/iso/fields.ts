/** The unit of everything in ISO 9660. */
export const SECTOR_BYTES = 2048;

/** How many sectors hold so many bytes. */
export function sectorsOf(bytes: number): number {
  return Math.ceil(bytes / SECTOR_BYTES);
}

/** A number in both orders of bytes, as ISO 9660 has most of them (7.3.3). */
export function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

/** The same in two bytes each (7.2.3). */
export function both16(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(value, 0);
  bytes.writeUInt16BE(value, 2);
  return bytes;
}

/** A time as a record of a folder has it (9.1.5), in UTC. */
export function recordTime(at: Date): Buffer {
  const years = Math.min(Math.max(at.getUTCFullYear() - 1900, 0), 255);
  return Buffer.from([
    years,
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
    0,
  ]);
}

/** A time as a volume has it (8.4.26.1), in UTC; without one it is not specified. */
export function volumeTime(at?: Date): Buffer {
  const digits = at?.toISOString().replace(/\D/g, '').slice(0, 16) ?? '0'.repeat(16);
  return Buffer.concat([Buffer.from(digits, 'latin1'), Buffer.from([0])]);
}
