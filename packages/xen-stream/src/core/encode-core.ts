import {
  CORE_MAGIC,
  CORE_NOTE,
  CORE_PAGE_BYTES,
  ELF_HEADER_BYTES,
  SECTION_HEADER_BYTES,
  SECTION_TYPE,
  VCPU_CONTEXT_BYTES,
  XEN_VERSION_FIELDS,
} from './layout.ts';

/** What a core says of its domain, besides its memory. */
export interface CoreFacts {
  /** Whether Xen translates the frames of the guest: it has no `.xen_p2m` then, but `.xen_pfn`. */
  readonly isTranslated: boolean;
  /** as the hypercall gives them, one for each vCPU, of 5168 bytes */
  readonly vcpuContexts: readonly Uint8Array[];
  /** the shared page, where there is one */
  readonly sharedInfo?: Uint8Array;
  /** pages that follow the head */
  readonly pages: number;
  readonly xen: { readonly major: number; readonly minor: number; readonly extra: string };
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly bytes: number;
  readonly align: number;
  readonly entryBytes: number;
}

const NAME_TABLE = '.shstrtab';

/**
 * A core as `xl dump-core` writes it (docs/misc/dump-core-format.txt of Xen): all that comes before the pages. They
 * follow it, `facts.pages` of them, and behind them comes what `encodeCoreTail` gives.
 */
export function encodeCoreHead(facts: CoreFacts): Buffer {
  const notes = encodeNotes(facts);
  const contexts = Buffer.concat(facts.vcpuContexts);
  const sections = sectionsOf(facts, notes.length);
  const headers = (sections.length + 1) * SECTION_HEADER_BYTES;
  const contents = [notes, contexts, ...(facts.sharedInfo === undefined ? [] : [facts.sharedInfo])];
  const used = ELF_HEADER_BYTES + headers + contents.reduce((sum, { length }) => sum + length, 0);
  const padding = (CORE_PAGE_BYTES - (used % CORE_PAGE_BYTES)) % CORE_PAGE_BYTES;
  return Buffer.concat([
    encodeElfHeader(sections.length + 1),
    encodeSections(sections, { first: ELF_HEADER_BYTES + headers, padding }),
    ...contents,
    Buffer.alloc(padding),
  ]);
}

/**
 * The end of a core: which frame each of its pages is, and the names of its sections.
 *
 * @param frames in the order of the pages; `gmfn` where the guest knows machine frames
 */
export function encodeCoreTail(
  facts: CoreFacts,
  frames: readonly { readonly pfn: bigint; readonly gmfn?: bigint }[],
): Buffer {
  const table = Buffer.concat(
    frames.map(({ pfn, gmfn = pfn }) => encodeWords(facts.isTranslated ? [pfn] : [pfn, gmfn])),
  );
  return Buffer.concat([table, Buffer.from(namesOf(sectionsOf(facts, 0)))]);
}

/** In the order of libxc: names first, pages and their table last. */
function sectionsOf(facts: CoreFacts, noteBytes: number): readonly Section[] {
  const { isTranslated, vcpuContexts, sharedInfo, pages } = facts;
  const data = (name: string, entryBytes: number, count: number, align = 8): Section => ({
    name,
    type: SECTION_TYPE.progbits,
    bytes: entryBytes * count,
    align,
    entryBytes,
  });
  return [
    { name: NAME_TABLE, type: SECTION_TYPE.strtab, bytes: 0, align: 0, entryBytes: 0 },
    { name: '.note.Xen', type: SECTION_TYPE.note, bytes: noteBytes, align: 0, entryBytes: 0 },
    data('.xen_prstatus', VCPU_CONTEXT_BYTES, vcpuContexts.length),
    ...(sharedInfo === undefined ? [] : [data('.xen_shared_info', CORE_PAGE_BYTES, 1)]),
    data('.xen_pages', CORE_PAGE_BYTES, pages, CORE_PAGE_BYTES),
    isTranslated ? data('.xen_pfn', 8, pages) : data('.xen_p2m', 16, pages),
  ];
}

function namesOf(sections: readonly Section[]): string {
  return `\0${sections.map(({ name }) => `${name}\0`).join('')}`;
}

function encodeSections(
  sections: readonly Section[],
  { first, padding }: { readonly first: number; readonly padding: number },
): Buffer {
  const names = namesOf(sections);
  const headers = Buffer.alloc((sections.length + 1) * SECTION_HEADER_BYTES); // the first one is none
  const total = sections.reduce((sum, { bytes }) => sum + bytes, first + padding);
  let offset = first;
  sections.forEach(({ name, type, bytes, align, entryBytes }, index) => {
    const isNames = name === NAME_TABLE;
    if (name === '.xen_pages') offset += padding;
    const at = (index + 1) * SECTION_HEADER_BYTES;
    headers.writeUInt32LE(names.indexOf(`\0${name}\0`) + 1, at);
    headers.writeUInt32LE(type, at + 4);
    headers.writeBigUInt64LE(BigInt(isNames ? total : offset), at + 24);
    headers.writeBigUInt64LE(BigInt(isNames ? names.length : bytes), at + 32);
    headers.writeBigUInt64LE(BigInt(align), at + 48);
    headers.writeBigUInt64LE(BigInt(entryBytes), at + 56);
    offset += bytes;
  });
  return headers;
}

function encodeElfHeader(sections: number): Buffer {
  const header = Buffer.alloc(ELF_HEADER_BYTES);
  const [class64, littleEndian, version, systemV, abiVersion] = [2, 1, 1, 0, 1];
  const [core, x86] = [4, 62];
  header.write('\u007fELF', 'latin1');
  header.set([class64, littleEndian, version, systemV, abiVersion], 4);
  header.writeUInt16LE(core, 16);
  header.writeUInt16LE(x86, 18);
  header.writeUInt32LE(version, 20);
  header.writeBigUInt64LE(BigInt(ELF_HEADER_BYTES), 40);
  header.writeUInt16LE(ELF_HEADER_BYTES, 52);
  header.writeUInt16LE(56, 54); // of a program header, of which there are none
  header.writeUInt16LE(SECTION_HEADER_BYTES, 58);
  header.writeUInt16LE(sections, 60);
  header.writeUInt16LE(1, 62); // the names are in section 1
  return header;
}

function encodeNotes({ isTranslated, vcpuContexts, pages, xen }: CoreFacts): Buffer {
  const magic = isTranslated ? CORE_MAGIC.translated : CORE_MAGIC.pv;
  const header = [magic, vcpuContexts.length, pages, CORE_PAGE_BYTES].map(BigInt);
  return Buffer.concat([
    encodeNote(CORE_NOTE.none, Buffer.alloc(0)),
    encodeNote(CORE_NOTE.header, encodeWords(header)),
    encodeNote(CORE_NOTE.xenVersion, encodeXenVersion(xen)),
    encodeNote(CORE_NOTE.formatVersion, encodeWords([1n])), // 0.1
  ]);
}

function encodeNote(type: number, description: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(4);
  head.writeUInt32LE(description.length, 4);
  head.writeUInt32LE(type, 8);
  head.write('Xen\0', 12, 'latin1');
  return Buffer.concat([head, description]);
}

function encodeXenVersion({ major, minor, extra }: CoreFacts['xen']): Buffer {
  const words = { major, minor, platformParameters: 0, pageSize: CORE_PAGE_BYTES };
  const texts: Readonly<Record<string, string>> = { extraVersion: extra };
  return Buffer.concat(
    Object.entries(XEN_VERSION_FIELDS).map(([name, bytes]) => {
      if (name in words) return encodeWords([BigInt(words[name as keyof typeof words])]);
      const field = Buffer.alloc(bytes);
      field.write(texts[name] ?? '', 0, bytes - 1, 'latin1');
      return field;
    }),
  );
}

function encodeWords(words: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(words.length * 8);
  words.forEach((word, index) => bytes.writeBigUInt64LE(word, index * 8));
  return bytes;
}
