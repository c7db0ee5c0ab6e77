import { CORE_NOTE, CORE_PAGE_BYTES } from '../core/layout.ts';

/** A core, taken apart. */
export interface ReadCore {
  readonly sections: Readonly<Record<string, Buffer>>;
  readonly isTranslated: boolean;
  readonly vcpus: number;
  readonly xen: string;
  /** by the frame that the guest knows, in the order of the file */
  readonly pages: ReadonlyMap<bigint, Buffer>;
}

/** Reads a core of `xl dump-core` or of ours, for tests: what is wrong with it throws. */
export function readCore(file: Buffer): ReadCore {
  if (file.toString('latin1', 0, 4) !== '\u007fELF') throw new Error('it is no ELF file');
  if (file.readUInt16LE(16) !== 4) throw new Error('it is no core');
  const sections = readSections(file);
  const section = (name: string): Buffer => {
    const found = sections[name];
    if (found === undefined) throw new Error(`it has no section ${name}`);
    return found;
  };
  const notes = readNotes(section('.note.Xen'));
  const header = notes.get(CORE_NOTE.header);
  const version = notes.get(CORE_NOTE.xenVersion);
  if (header === undefined || version === undefined) throw new Error('a note is missing');
  if (notes.get(CORE_NOTE.formatVersion)?.readBigUInt64LE() !== 1n) throw new Error('it is no core of 0.1');
  const isTranslated = header.readBigUInt64LE() === 0xf00febeen;
  const [vcpus, count] = [Number(header.readBigUInt64LE(8)), Number(header.readBigUInt64LE(16))];
  const contents = section('.xen_pages');
  if (contents.length !== count * CORE_PAGE_BYTES) throw new Error(`its pages are not ${count}`);
  const [table, entryBytes] = isTranslated ? [section('.xen_pfn'), 8] : [section('.xen_p2m'), 16];
  if (table.length !== count * entryBytes) throw new Error(`its frames are not ${count}`);
  const pages = new Map<bigint, Buffer>();
  for (let index = 0; index < count; index++) {
    const at = index * CORE_PAGE_BYTES;
    pages.set(table.readBigUInt64LE(index * entryBytes), contents.subarray(at, at + CORE_PAGE_BYTES));
  }
  const extra = version.toString('latin1', 16, 32).replace(/\0.*$/s, '');
  const xen = `${version.readBigUInt64LE()}.${version.readBigUInt64LE(8)}${extra}`;
  return { sections, isTranslated, vcpus, xen, pages };
}

function readSections(file: Buffer): Record<string, Buffer> {
  const [at, count, names] = [Number(file.readBigUInt64LE(40)), file.readUInt16LE(60), file.readUInt16LE(62)];
  const raw = Array.from({ length: count }, (_, index) => {
    const header = file.subarray(at + index * 64, at + (index + 1) * 64);
    const [offset, bytes] = [Number(header.readBigUInt64LE(24)), Number(header.readBigUInt64LE(32))];
    if (offset + bytes > file.length) throw new Error(`section ${index} reaches beyond the end of the file`);
    return { name: header.readUInt32LE(), content: file.subarray(offset, offset + bytes) };
  });
  const table = raw[names]?.content ?? Buffer.alloc(0);
  return Object.fromEntries(
    raw
      .slice(1)
      .map(({ name, content }) => [table.toString('latin1', name, table.indexOf(0, name)), content]),
  );
}

function readNotes(section: Buffer): Map<number, Buffer> {
  const notes = new Map<number, Buffer>();
  for (let at = 0; at < section.length;) {
    const [nameBytes, bytes, type] = [0, 4, 8].map((offset) => section.readUInt32LE(at + offset));
    if (nameBytes !== 4 || section.toString('latin1', at + 12, at + 15) !== 'Xen')
      throw new Error('foreign note');
    notes.set(type ?? 0, section.subarray(at + 16, at + 16 + (bytes ?? 0)));
    at += 16 + (bytes ?? 0);
  }
  return notes;
}
