const PAGE_BYTES = 4096;
const [ELF_HEADER_BYTES, SECTION_HEADER_BYTES] = [64, 64];
const NAMES = ['.shstrtab', '.note.Xen', '.xen_prstatus', '.xen_shared_info', '.xen_pages', '.xen_pfn'];

interface Section {
  readonly offset: number;
  readonly bytes: number;
}

/** The beginning of a core, up to its pages, as libxc hands it over piece by piece. */
export class CoreHead {
  #bytes = Buffer.alloc(0);

  take(piece: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, piece]); // a copy: the piece is C's
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Whether all that comes before the pages is there. */
  get isComplete(): boolean {
    const pages = this.#pages;
    return pages !== undefined && this.#bytes.length >= pages.offset;
  }

  /** How many pages are to follow. */
  get pages(): number {
    return (this.#pages?.bytes ?? 0) / PAGE_BYTES;
  }

  /** The names of its sections, which end the file: the same for all, but not each has a shared page. */
  get names(): Buffer {
    const hasShared = this.#sections.length === NAMES.length;
    const names = NAMES.filter((name) => hasShared || name !== '.xen_shared_info');
    return Buffer.from(`\0${names.map((name) => `${name}\0`).join('')}`);
  }

  /** The last but one. */
  get #pages(): Section | undefined {
    return this.#sections.at(-2);
  }

  /** Without the first, which is none. Empty until their headers are there. */
  get #sections(): readonly Section[] {
    if (this.#bytes.length < ELF_HEADER_BYTES) return [];
    const count = this.#bytes.readUInt16LE(60);
    if (this.#bytes.length < ELF_HEADER_BYTES + count * SECTION_HEADER_BYTES) return [];
    return Array.from({ length: count - 1 }, (_, index) => {
      const at = ELF_HEADER_BYTES + (index + 1) * SECTION_HEADER_BYTES;
      return {
        offset: Number(this.#bytes.readBigUInt64LE(at + 24)),
        bytes: Number(this.#bytes.readBigUInt64LE(at + 32)),
      };
    });
  }
}
