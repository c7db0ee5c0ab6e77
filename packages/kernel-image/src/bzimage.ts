/** Offsets in the header of a bzImage (Linux, Documentation/arch/x86/boot.rst). */
const HEADER = {
  setupSects: 0x1f1,
  magic: 0x202,
  version: 0x206,
  payloadOffset: 0x248,
  payloadLength: 0x24c,
  end: 0x250,
} as const;
const SECTOR_BYTES = 512;

/** The first boot protocol that tells where the ELF file in a bzImage lies, without which Xen cannot load it. */
export const FIRST_USABLE_PROTOCOL = 0x0208;

/** The header of a Linux kernel as distributions install it (vmlinuz). */
export interface BzImage {
  /** version of the boot protocol, 0x020f for 2.15 */
  readonly protocol: number;
  /** where the compressed kernel begins in the file, bytes; meaningless before `FIRST_USABLE_PROTOCOL` */
  readonly payloadStart: number;
  /** where it ends; the file may be shorter */
  readonly payloadEnd: number;
}

/**
 * @param head the beginning of the file, 592 bytes of it at least
 * @returns undefined if this is no bzImage; 'cut' if it begins as one and the header is not whole
 */
export function parseBzImage(head: Buffer): BzImage | 'cut' | undefined {
  if (head.toString('latin1', HEADER.magic, HEADER.magic + 4) !== 'HdrS') return undefined;
  if (head.length < HEADER.end) return 'cut';
  const setupBytes = (head.readUInt8(HEADER.setupSects) + 1) * SECTOR_BYTES;
  const payloadStart = setupBytes + head.readUInt32LE(HEADER.payloadOffset);
  return {
    protocol: head.readUInt16LE(HEADER.version),
    payloadStart,
    payloadEnd: payloadStart + head.readUInt32LE(HEADER.payloadLength),
  };
}
