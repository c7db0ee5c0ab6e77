/** Bytes of the header that every ACPI table but RSDP and FACS begins with. */
export const ACPI_HEADER_BYTES = 36;
const CHECKSUM_OFFSET = 9;

/**
 * An ACPI table of `size` bytes with its header filled in: signature, length, revision, and the names under which
 * Xen's guests know it. `fill` writes the rest; the checksum comes last.
 */
export function acpiTable(
  signature: string,
  revision: number,
  size: number,
  fill: (table: DataView) => void,
): Uint8Array {
  const bytes = new Uint8Array(size);
  const table = new DataView(bytes.buffer);
  writeText(bytes, 0, signature);
  table.setUint32(4, size, true);
  bytes[8] = revision;
  writeText(bytes, 10, 'Xen');
  writeText(bytes, 16, 'HVM');
  writeText(bytes, 28, 'HVML');
  fill(table);
  setChecksum(bytes, CHECKSUM_OFFSET);
  return bytes;
}

/** Sets the byte at `offset` so that all bytes add up to 0 modulo 256, which is how ACPI tells tables from chance. */
export function setChecksum(bytes: Uint8Array, offset: number): void {
  bytes[offset] = 0;
  bytes[offset] = -sumOf(bytes);
}

export function sumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}

export function writeText(bytes: Uint8Array, offset: number, text: string): void {
  bytes.set(new TextEncoder().encode(text), offset);
}
