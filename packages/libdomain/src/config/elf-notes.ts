import type { FileHandle } from 'node:fs/promises';

/** What an ELF file tells Xen's domain builder about itself. */
export interface ElfNotes {
  /** EM_386 or EM_X86_64 */
  readonly isX86: boolean;
  /** types of the notes whose name is "Xen" (XEN_ELFNOTE_… of xen/elfnote.h) */
  readonly xenNotes: ReadonlySet<number>;
  /** the section that kernels for PV had before there were notes */
  readonly hasXenGuestSection: boolean;
}

/** The notes of xen/elfnote.h that say as what a kernel can be started. */
export const XEN_ELFNOTE = { XEN_VERSION: 5, GUEST_OS: 6, LOADER: 8, PHYS32_ENTRY: 18 } as const;

const PT_NOTE = 4;
const SHT_NOTE = 7;
const EM_386 = 3;
const EM_X86_64 = 62;

// Kernels have about five segments, sixty sections and a few hundred bytes of notes; a hostile file may claim more.
const MAX_HEADERS = 1024;
const MAX_NOTE_BYTES = 64 * 1024;

interface Range {
  readonly offset: number;
  readonly size: number;
}

interface Section extends Range {
  readonly nameOffset: number;
  readonly type: number;
}

/** Where the fields lie in each of the two widths of ELF, from the beginning of their header. */
const LAYOUT = {
  32: {
    phoff: 28,
    shoff: 32,
    phentsize: 42,
    segment: { offset: 4, size: 16 },
    section: { offset: 16, size: 20 },
  },
  64: {
    phoff: 32,
    shoff: 40,
    phentsize: 54,
    segment: { offset: 8, size: 32 },
    section: { offset: 24, size: 32 },
  },
} as const;

/**
 * Reads Xen's notes of an ELF file in the order of Xen's own libelf: note segments, else note sections, else the
 * section __xen_guest. Only headers and notes are read. Nonsense in the file leads to fewer notes, never to an error.
 *
 * @returns undefined if this is no little-endian ELF file
 */
export async function readElfNotes(file: FileHandle): Promise<ElfNotes | undefined> {
  const header = await readAt(file, { offset: 0, size: 64 });
  if (header.length < 52 || header.toString('latin1', 0, 4) !== '\u007fELF' || header[5] !== 1)
    return undefined;
  const width = header[4] === 2 ? 64 : 32;
  if (width === 64 && header.length < 64) return undefined;
  const layout = LAYOUT[width];
  const word = (at: Buffer, offset: number): number =>
    width === 64 ? Number(at.readBigUInt64LE(offset)) : at.readUInt32LE(offset);
  const table = async (offsetField: number, entryField: number): Promise<Buffer[]> => {
    const entrySize = header.readUInt16LE(entryField);
    const count = Math.min(header.readUInt16LE(entryField + 2), MAX_HEADERS);
    const minimum = width === 64 ? 56 : 32;
    if (entrySize < minimum) return [];
    const bytes = await readAt(file, { offset: word(header, offsetField), size: entrySize * count });
    return Array.from({ length: Math.floor(bytes.length / entrySize) }, (_, index) =>
      bytes.subarray(index * entrySize, (index + 1) * entrySize),
    );
  };
  const rangeOf = (at: Buffer, fields: { offset: number; size: number }): Range => ({
    offset: word(at, fields.offset),
    size: word(at, fields.size),
  });

  const segments = (await table(layout.phoff, layout.phentsize))
    .filter((entry) => entry.readUInt32LE(0) === PT_NOTE)
    .map((entry) => rangeOf(entry, layout.segment));
  const xenNotes = await notesIn(file, segments);
  const machine = header.readUInt16LE(18);
  const isX86 = machine === EM_386 || machine === EM_X86_64;
  if (xenNotes.size > 0) return { isX86, xenNotes, hasXenGuestSection: false };

  const sections: Section[] = (await table(layout.shoff, layout.phentsize + 4)).map((entry) => ({
    nameOffset: entry.readUInt32LE(0),
    type: entry.readUInt32LE(4),
    ...rangeOf(entry, layout.section),
  }));
  const sectionNotes = await notesIn(
    file,
    sections.filter(({ type }) => type === SHT_NOTE),
  );
  const names = sections[header.readUInt16LE(layout.phentsize + 8)];
  return {
    isX86,
    xenNotes: sectionNotes,
    hasXenGuestSection: await hasSection(file, sections, names, '__xen_guest'),
  };
}

async function notesIn(file: FileHandle, ranges: readonly Range[]): Promise<Set<number>> {
  const types = new Set<number>();
  for (const range of ranges) {
    for (const type of xenNoteTypes(await readAt(file, range))) types.add(type);
  }
  return types;
}

/** A note is three words (length of name, length of content, type), then both, each padded to four bytes. */
function* xenNoteTypes(bytes: Buffer): Generator<number> {
  let at = 0;
  while (at + 12 <= bytes.length) {
    const nameSize = bytes.readUInt32LE(at);
    const contentSize = bytes.readUInt32LE(at + 4);
    if (bytes.toString('latin1', at + 12, at + 16) === 'Xen\0' && nameSize === 4)
      yield bytes.readUInt32LE(at + 8);
    at += 12 + padded(nameSize) + padded(contentSize);
  }
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}

async function hasSection(
  file: FileHandle,
  sections: readonly Section[],
  names: Section | undefined,
  wanted: string,
): Promise<boolean> {
  if (names === undefined) return false;
  const strings = await readAt(file, names);
  return sections.some(
    ({ nameOffset }) =>
      strings.toString('latin1', nameOffset, nameOffset + wanted.length + 1) === `${wanted}\0`,
  );
}

/** As much of the range as there is in the file, within bounds. */
async function readAt(file: FileHandle, { offset, size }: Range): Promise<Buffer> {
  if (!Number.isSafeInteger(offset)) return Buffer.alloc(0);
  const buffer = Buffer.alloc(Math.min(size, MAX_NOTE_BYTES));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
  return buffer.subarray(0, bytesRead);
}
