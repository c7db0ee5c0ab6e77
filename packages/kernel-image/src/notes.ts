/** Types of Xen's notes (xen/elfnote.h), as far as something asks for them. */
export const XEN_ELFNOTE = {
  ENTRY: 1,
  VIRT_BASE: 3,
  PADDR_OFFSET: 4,
  XEN_VERSION: 5,
  GUEST_OS: 6,
  LOADER: 8,
  PHYS32_ENTRY: 18,
} as const;

/** A note is three words (length of name, length of content, type), then both, each padded to four bytes. */
export function xenNotes(ranges: readonly Buffer[]): Map<number, Buffer> {
  const notes = new Map<number, Buffer>();
  for (const bytes of ranges) {
    for (let at = 0; at + 12 <= bytes.length;) {
      const nameBytes = bytes.readUInt32LE(at);
      const contentAt = at + 12 + paddedTo4(nameBytes);
      const contentBytes = bytes.readUInt32LE(at + 4);
      const isXen = nameBytes === 4 && bytes.toString('latin1', at + 12, at + 16) === 'Xen\0';
      if (isXen) notes.set(bytes.readUInt32LE(at + 8), bytes.subarray(contentAt, contentAt + contentBytes));
      at = contentAt + paddedTo4(contentBytes);
    }
  }
  return notes;
}

function paddedTo4(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

/** A C string, without what follows it. */
export function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}
