/**
 * Reads the headers of a kernel file: ELF, Xen's notes, bzImage. It reads headers and notes alone, within bounds.
 *
 * @example
 * ```ts
 * const elf = await readElf((offset, bytes) => readAt(file, offset, bytes));
 * if (elf?.notes.has(XEN_ELFNOTE.PHYS32_ENTRY)) console.log('it can be started as pvh');
 * ```
 *
 * @packageDocumentation
 */
export { readElf, readerOf } from './elf.ts';
export type { ElfFile, ElfSegment, Reader } from './elf.ts';
export { untilNul, XEN_ELFNOTE } from './notes.ts';
export { FIRST_USABLE_PROTOCOL, parseBzImage } from './bzimage.ts';
export type { BzImage } from './bzimage.ts';
