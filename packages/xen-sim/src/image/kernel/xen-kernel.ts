import { untilNul, XEN_ELFNOTE as NOTE, type ElfFile } from '@vm-tools/kernel-image';

/** A kernel as it will lie in the guest; addresses are the guest's physical ones, for PV pseudo-physical. */
export interface Kernel {
  /** from the first to the last byte that it takes, its zeros included */
  readonly start: bigint;
  readonly end: bigint;
  readonly parts: readonly { readonly address: bigint; readonly data: Buffer }[];
  /** where it is entered, as its domain type counts addresses */
  readonly entry: bigint;
  /** A part of it is not in the file. */
  readonly isTruncated: boolean;
}

/** elf_xen_parse: what Xen's libelf makes of an ELF file, or undefined when it is no kernel for this type of domain. */
export function xenKernel(file: Buffer, elf: ElfFile, type: 'pv' | 'pvh'): Kernel | undefined {
  return type === 'pvh' ? pvhKernel(file, elf) : pvKernel(file, elf);
}

/** An ELF file of 32 bits without any note: libxenguest takes it for the firmware of an HVM guest. */
export function firmware(file: Buffer, elf: ElfFile): Kernel | undefined {
  return elf.is64Bit ? undefined : loaded(file, elf, 0n, elf.entry);
}

function pvhKernel(file: Buffer, elf: ElfFile): Kernel | undefined {
  const entry = numberOf(elf.notes.get(NOTE.PHYS32_ENTRY));
  const kernel = entry === undefined ? undefined : loaded(file, elf, 0n, entry);
  return kernel !== undefined && isEnteredWithin(kernel, kernel.entry) ? kernel : undefined;
}

function pvKernel(file: Buffer, elf: ElfFile): Kernel | undefined {
  const { notes, guestInfo } = elf;
  const info = new Map(guestInfo?.split(',').map((word) => word.split('=') as [string, string]));
  const text = (note: number, word: string): string => {
    const content = notes.get(note);
    return content === undefined ? (info.get(word) ?? '') : untilNul(content);
  };
  const isForXen =
    text(NOTE.LOADER, 'LOADER').startsWith('generic') || text(NOTE.GUEST_OS, 'GUEST_OS').startsWith('linux');
  if (!isForXen || !text(NOTE.XEN_VERSION, 'XEN_VER').startsWith('xen-3.0')) return undefined;

  const virtBase = numberOf(notes.get(NOTE.VIRT_BASE)) ?? bigintOf(info.get('VIRT_BASE'));
  const givenOffset = numberOf(notes.get(NOTE.PADDR_OFFSET)) ?? bigintOf(info.get('ELF_PADDR_OFFSET'));
  if (givenOffset !== undefined && virtBase === undefined) return undefined;
  const offset = givenOffset ?? (guestInfo === undefined ? 0n : (virtBase ?? 0n));
  const entry = numberOf(notes.get(NOTE.ENTRY)) ?? bigintOf(info.get('VIRT_ENTRY')) ?? elf.entry;
  const kernel = loaded(file, elf, offset, entry);
  return kernel !== undefined && isEnteredWithin(kernel, entry - (virtBase ?? 0n)) ? kernel : undefined;
}

/** @param offset what its physical addresses are too high by: the kernel was linked for a virtual address */
function loaded(file: Buffer, { segments }: ElfFile, offset: bigint, entry: bigint): Kernel | undefined {
  const [first] = segments;
  if (first === undefined) return undefined;
  let start = first.physicalAddress;
  let end = 0n;
  for (const { physicalAddress, memoryBytes } of segments) {
    if (physicalAddress < start) start = physicalAddress;
    if (physicalAddress + memoryBytes > end) end = physicalAddress + memoryBytes;
  }
  if (start < offset) return undefined;
  return {
    start: start - offset,
    end: end - offset,
    parts: segments.map(({ physicalAddress, offset: at, fileBytes, memoryBytes }) => ({
      address: physicalAddress - offset,
      data: within(file, at, fileBytes < memoryBytes ? fileBytes : memoryBytes),
    })),
    entry,
    isTruncated: segments.some(({ offset: at, fileBytes }) => within(file, at, fileBytes).length < fileBytes),
  };
}

/** As much of the range as there is in the file. */
function within(file: Buffer, offset: bigint, bytes: bigint): Buffer {
  return file.subarray(Number(offset), Number(offset + bytes));
}

function isEnteredWithin({ start, end }: Kernel, entry: bigint): boolean {
  return start <= entry && entry <= end;
}

function numberOf(content: Buffer | undefined): bigint | undefined {
  const bytes = content?.length ?? 0;
  if (content === undefined || ![1, 2, 4, 8].includes(bytes)) return undefined;
  const widened = Buffer.alloc(8);
  content.copy(widened);
  return widened.readBigUInt64LE();
}

function bigintOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^(0x[\da-f]+|\d+)$/i.test(text) ? BigInt(text) : undefined;
}
