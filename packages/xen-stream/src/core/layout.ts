/** A page, and the alignment of `.xen_pages`. */
export const CORE_PAGE_BYTES = 4096;
/** sizeof(vcpu_guest_context_t) of x86_64 */
export const VCPU_CONTEXT_BYTES = 5168;

export const ELF_HEADER_BYTES = 64;
export const SECTION_HEADER_BYTES = 64;

/** Types of sections (elf.h). */
export const SECTION_TYPE = { null: 0, progbits: 1, strtab: 3, note: 7 } as const;

/** XEN_ELFNOTE_DUMPCORE_* (xen/include/public/elfnote.h). */
export const CORE_NOTE = {
  none: 0x2000000,
  header: 0x2000001,
  xenVersion: 0x2000002,
  formatVersion: 0x2000003,
} as const;

/** XC_CORE_MAGIC: a guest that knows machine frames; XC_CORE_MAGIC_HVM: one that Xen translates for. */
export const CORE_MAGIC = { pv: 0xf00febed, translated: 0xf00febee } as const;

/** In the table of frames: a page that was there when the dump began, and was no more when its turn came. */
export const NO_FRAME = 0xffff_ffff_ffff_ffffn;

/** The fields of the note about Xen, in their order, bytes each. */
export const XEN_VERSION_FIELDS = {
  major: 8,
  minor: 8,
  extraVersion: 16,
  compiler: 64,
  compiledBy: 16,
  compileDomain: 32,
  compileDate: 32,
  capabilities: 1024,
  changeset: 64,
  platformParameters: 8,
  pageSize: 8,
} as const;
