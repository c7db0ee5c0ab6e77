/** The same memory as a Buffer, whose accessors are what the parsers use. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bodies of libxl and libxc records are padded with zeroes to eight bytes; their length does not count the padding. */
export function paddedTo8(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/** Whether all bytes from `start` on are zero. */
export function isZeroFrom(bytes: Buffer, start: number): boolean {
  for (let i = start; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** Whether the bytes, however few, could be the beginning of `magic`. */
export function isPrefixOf(magic: Buffer, bytes: Buffer): boolean {
  const length = Math.min(magic.length, bytes.length);
  return bytes.subarray(0, length).equals(magic.subarray(0, length));
}
