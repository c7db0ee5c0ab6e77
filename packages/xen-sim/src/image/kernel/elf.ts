/** What the domain builder looks at in an ELF file. Addresses may lie anywhere in 64 bits. */
export interface ElfFile {
  readonly is64Bit: boolean;
  /** EM_386, EM_X86_64 or another */
  readonly machine: number;
  readonly entry: bigint;
  /** what is to be loaded */
  readonly segments: readonly ElfSegment[];
  /** Xen's notes: contents by type (XEN_ELFNOTE_… of xen/elfnote.h) */
  readonly notes: ReadonlyMap<number, Buffer>;
  /** the section __xen_guest, which PV kernels had before there were notes: "GUEST_OS=linux,XEN_VER=xen-3.0" */
  readonly guestInfo: string | undefined;
}

export interface ElfSegment {
  readonly physicalAddress: bigint;
  /** what the file has of it; the rest, up to `memoryBytes`, is zero */
  readonly data: Buffer;
  readonly memoryBytes: bigint;
  /** the file ends within the segment */
  readonly isTruncated: boolean;
}

const [PT_LOAD, PT_NOTE, SHT_NOTE] = [1, 4, 7];
const ANY_ACCESS = 7;
/** Kernels have about five segments and sixty sections; a hostile file may claim more. */
const MAX_HEADERS = 1024;

/** Where the fields lie, in each of the two widths of ELF. */
const LAYOUT = {
  32: {
    header: { bytes: 52, entry: 24, programs: 28, sections: 32, programBytes: 42 },
    program: { bytes: 32, flags: 24, offset: 4, physical: 12, fileBytes: 16, memoryBytes: 20 },
    section: { bytes: 40, offset: 16, fileBytes: 20 },
  },
  64: {
    header: { bytes: 64, entry: 24, programs: 32, sections: 40, programBytes: 54 },
    program: { bytes: 56, flags: 4, offset: 8, physical: 24, fileBytes: 32, memoryBytes: 40 },
    section: { bytes: 64, offset: 24, fileBytes: 32 },
  },
} as const;

/** @returns undefined if this is no little-endian ELF file; nonsense within it means fewer segments and notes */
export function parseElf(file: Buffer): ElfFile | undefined {
  if (file.length < LAYOUT[32].header.bytes || file.toString('latin1', 0, 4) !== '\u007fELF' || file[5] !== 1)
    return undefined;
  const is64Bit = file[4] === 2;
  const { header, program, section } = LAYOUT[is64Bit ? 64 : 32];
  if (file.length < header.bytes) return undefined;
  const word = (at: Buffer, offset: number): bigint =>
    is64Bit ? at.readBigUInt64LE(offset) : BigInt(at.readUInt32LE(offset));

  // e_phentsize and e_phnum stand side by side, and so do those of sections, and the number of the one with names.
  const table = (offset: number, sizesAt: number, minimum: number): Buffer[] => {
    const entryBytes = file.readUInt16LE(sizesAt);
    const count = Math.min(file.readUInt16LE(sizesAt + 2), MAX_HEADERS);
    if (entryBytes < minimum) return [];
    const start = word(file, offset);
    const entries = Array.from({ length: count }, (_, index) =>
      within(file, start + BigInt(index * entryBytes), BigInt(entryBytes)),
    );
    return entries.filter((entry) => entry.length === entryBytes);
  };
  const contents = (entry: Buffer, fields: { readonly offset: number; readonly fileBytes: number }): Buffer =>
    within(file, word(entry, fields.offset), word(entry, fields.fileBytes));

  const programs = table(header.programs, header.programBytes, program.bytes);
  const sections = table(header.sections, header.programBytes + 4, section.bytes);
  const segments = programs
    .filter(
      (entry) => entry.readUInt32LE(0) === PT_LOAD && (entry.readUInt32LE(program.flags) & ANY_ACCESS) !== 0,
    )
    .map((entry) => {
      const data = contents(entry, program);
      return {
        physicalAddress: word(entry, program.physical),
        data,
        memoryBytes: word(entry, program.memoryBytes),
        isTruncated: BigInt(data.length) < word(entry, program.fileBytes),
      };
    });
  const noteSegments = programs.filter(
    (entry) => entry.readUInt32LE(0) === PT_NOTE && word(entry, program.offset) > 0n,
  );
  const inSegments = xenNotes(noteSegments.map((entry) => contents(entry, program)));
  const noteSections = sections.filter((entry) => entry.readUInt32LE(4) === SHT_NOTE);
  const notes =
    inSegments.size > 0 ? inSegments : xenNotes(noteSections.map((entry) => contents(entry, section)));

  const names = sections[file.readUInt16LE(header.programBytes + 8)];
  const guestInfo =
    names && sections.find((entry) => nameOf(entry, contents(names, section)) === '__xen_guest');
  return {
    is64Bit,
    machine: file.readUInt16LE(18),
    entry: word(file, header.entry),
    segments,
    notes,
    guestInfo: guestInfo && untilNul(contents(guestInfo, section)),
  };
}

/** As much of the range as there is in the file. */
function within(file: Buffer, offset: bigint, bytes: bigint): Buffer {
  const length = BigInt(file.length);
  const start = offset < length ? offset : length;
  const end = start + bytes < length ? start + bytes : length;
  return file.subarray(Number(start), Number(end));
}

/** A note is three words (length of name, length of content, type), then both, each padded to four bytes. */
function xenNotes(ranges: readonly Buffer[]): Map<number, Buffer> {
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

function nameOf(section: Buffer, names: Buffer): string {
  return untilNul(names.subarray(section.readUInt32LE(0), section.readUInt32LE(0) + 64));
}

/** A C string, without what follows it. */
export function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}
