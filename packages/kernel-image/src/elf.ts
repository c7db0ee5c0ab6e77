import { untilNul, xenNotes } from './notes.ts';

/** As much of a range of the file as there is; both in bytes. */
export type Reader = (offset: number, bytes: number) => Promise<Buffer>;

/** The parts of an ELF file that Xen's domain builder looks at. Addresses may lie anywhere in 64 bits. */
export interface ElfFile {
  readonly is64Bit: boolean;
  /** whether it is for x86, of 32 or 64 bits */
  readonly isX86: boolean;
  /** the address at which it is entered */
  readonly entry: bigint;
  /** the segments to load */
  readonly segments: readonly ElfSegment[];
  /** Xen's notes: contents by type (`XEN_ELFNOTE`) */
  readonly notes: ReadonlyMap<number, Buffer>;
  /**
   * The section __xen_guest, which kernels for pv had before there were notes: "GUEST_OS=linux,XEN_VER=xen-3.0".
   * libelf looks at it only where there is no note.
   */
  readonly guestInfo: string | undefined;
}

/** A part of an ELF file that is to be loaded. */
export interface ElfSegment {
  readonly physicalAddress: bigint;
  /** where it begins in the file, bytes */
  readonly offset: bigint;
  /** what the file has of it; the rest, up to `memoryBytes`, is zero */
  readonly fileBytes: bigint;
  readonly memoryBytes: bigint;
}

const [PT_LOAD, PT_NOTE, SHT_NOTE] = [1, 4, 7];
const [EM_386, EM_X86_64] = [3, 62];
const ANY_ACCESS = 7;
// Kernels have about five segments, sixty sections and a few hundred bytes of notes; a hostile file may claim more.
const MAX_HEADERS = 1024;
const MAX_RANGE_BYTES = 64 * 1024;

/** The offsets of the fields, in each of the two widths of ELF. */
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

/**
 * Reads headers and notes in the order of Xen's own libelf: note segments, else note sections, else the section
 * __xen_guest. Nonsense in the file leads to fewer segments and notes, never to an error.
 *
 * @returns undefined if this is no little-endian ELF file
 */
export async function readElf(read: Reader): Promise<ElfFile | undefined> {
  const head = await read(0, LAYOUT[64].header.bytes);
  if (head.length < LAYOUT[32].header.bytes || head.toString('latin1', 0, 4) !== '\u007fELF' || head[5] !== 1)
    return undefined;
  const is64Bit = head[4] === 2;
  const { header, program, section } = LAYOUT[is64Bit ? 64 : 32];
  if (head.length < header.bytes) return undefined;
  const word = (at: Buffer, offset: number): bigint =>
    is64Bit ? at.readBigUInt64LE(offset) : BigInt(at.readUInt32LE(offset));
  const range = async (offset: bigint, bytes: bigint | number): Promise<Buffer> =>
    offset > Number.MAX_SAFE_INTEGER
      ? Buffer.alloc(0)
      : read(Number(offset), Math.min(Number(bytes), MAX_RANGE_BYTES));

  // e_phentsize and e_phnum stand side by side, and so do those of sections, and the number of the one with names.
  const table = async (offset: number, sizesAt: number, minimum: number): Promise<Buffer[]> => {
    const entryBytes = head.readUInt16LE(sizesAt);
    const count = Math.min(head.readUInt16LE(sizesAt + 2), MAX_HEADERS);
    if (entryBytes < minimum) return [];
    const bytes = await range(word(head, offset), entryBytes * count);
    return Array.from({ length: Math.floor(bytes.length / entryBytes) }, (_, index) =>
      bytes.subarray(index * entryBytes, (index + 1) * entryBytes),
    );
  };
  const contents = (entry: Buffer, fields: { readonly offset: number; readonly fileBytes: number }) =>
    range(word(entry, fields.offset), word(entry, fields.fileBytes));
  const notesIn = async (entries: readonly Buffer[], fields: typeof program | typeof section) => {
    const ranges: Buffer[] = [];
    for (const entry of entries) ranges.push(await contents(entry, fields));
    return xenNotes(ranges);
  };

  const programs = await table(header.programs, header.programBytes, program.bytes);
  const segments = programs
    .filter(
      (entry) => entry.readUInt32LE(0) === PT_LOAD && (entry.readUInt32LE(program.flags) & ANY_ACCESS) !== 0,
    )
    .map((entry) => ({
      physicalAddress: word(entry, program.physical),
      offset: word(entry, program.offset),
      fileBytes: word(entry, program.fileBytes),
      memoryBytes: word(entry, program.memoryBytes),
    }));
  const machine = head.readUInt16LE(18);
  const isX86 = machine === EM_386 || machine === EM_X86_64;
  const file = { is64Bit, isX86, entry: word(head, header.entry), segments };
  const noteSegments = programs.filter(
    (entry) => entry.readUInt32LE(0) === PT_NOTE && word(entry, program.offset) > 0n,
  );
  const inSegments = await notesIn(noteSegments, program);
  if (inSegments.size > 0) return { ...file, notes: inSegments, guestInfo: undefined };

  const sections = await table(header.sections, header.programBytes + 4, section.bytes);
  const notes = await notesIn(
    sections.filter((entry) => entry.readUInt32LE(4) === SHT_NOTE),
    section,
  );
  const named = sections[head.readUInt16LE(header.programBytes + 8)];
  if (notes.size > 0 || named === undefined) return { ...file, notes, guestInfo: undefined };
  const names = await contents(named, section);
  const guest = sections.find((entry) => untilNul(names.subarray(entry.readUInt32LE(0))) === '__xen_guest');
  return { ...file, notes, guestInfo: guest && untilNul(await contents(guest, section)) };
}

/** Reads from a file that is in memory already. */
export function readerOf(file: Buffer): Reader {
  return (offset, bytes) => Promise.resolve(file.subarray(offset, offset + bytes));
}
