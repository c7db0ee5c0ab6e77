import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The address at which the one segment is loaded, as Linux is: 1 MiB. */
const LOAD_ADDRESS = 0x10_0000;
const EHDR_BYTES = 64;
const PHDR_BYTES = 56;
const PT_LOAD = 1;
const PT_NOTE = 4;
const READ_EXECUTE = 5;
const PAGE_BYTES = 4096;

/** The notes of xen/elfnote.h by which libelf knows a kernel for PV and for PVH. */
const NOTES: readonly (readonly [type: number, content: Buffer])[] = [
  [5, Buffer.from('xen-3.0\0')], // XEN_VERSION
  [6, Buffer.from('vm-tools\0')], // GUEST_OS
  [8, Buffer.from('generic\0')], // LOADER
  [18, uint32(LOAD_ADDRESS)], // PHYS32_ENTRY
];

/** cli; hlt; jmp to hlt: on a real Xen it would stand still. */
const CODE = Buffer.from([0xfa, 0xf4, 0xeb, 0xfd]);

/**
 * Writes the kernel that simulated guests are started with. What a guest does is not in it but in its command line;
 * to a toolstack and to a domain builder it is a kernel like any other.
 */
export async function writeGuestKernel(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, guestKernel());
}

/** ELF64 for x86: the code as one segment, the notes as another. */
export function guestKernel(): Buffer {
  const notes = Buffer.concat(NOTES.flatMap(([type, content]) => note(type, content)));
  const notesOffset = EHDR_BYTES + 2 * PHDR_BYTES;
  const file = Buffer.alloc(PAGE_BYTES + CODE.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little-endian, version 1
  file.writeUInt16LE(2, 16); // ET_EXEC
  file.writeUInt16LE(62, 18); // EM_X86_64
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(LOAD_ADDRESS), 24); // e_entry
  file.writeBigUInt64LE(BigInt(EHDR_BYTES), 32); // e_phoff
  file.writeUInt16LE(EHDR_BYTES, 52);
  file.writeUInt16LE(PHDR_BYTES, 54);
  file.writeUInt16LE(2, 56);
  writeSegment(file, 0, { type: PT_LOAD, offset: PAGE_BYTES, bytes: CODE.length });
  writeSegment(file, 1, { type: PT_NOTE, offset: notesOffset, bytes: notes.length });
  file.set(notes, notesOffset);
  file.set(CODE, PAGE_BYTES);
  return file;
}

function writeSegment(
  file: Buffer,
  index: number,
  { type, offset, bytes }: { type: number; offset: number; bytes: number },
): void {
  const at = EHDR_BYTES + index * PHDR_BYTES;
  const address = type === PT_LOAD ? BigInt(LOAD_ADDRESS) : 0n;
  file.writeUInt32LE(type, at);
  file.writeUInt32LE(READ_EXECUTE, at + 4);
  file.writeBigUInt64LE(BigInt(offset), at + 8);
  file.writeBigUInt64LE(address, at + 16); // p_vaddr
  file.writeBigUInt64LE(address, at + 24); // p_paddr
  file.writeBigUInt64LE(BigInt(bytes), at + 32); // p_filesz
  file.writeBigUInt64LE(BigInt(bytes), at + 40); // p_memsz
  file.writeBigUInt64LE(BigInt(type === PT_LOAD ? PAGE_BYTES : 4), at + 48); // p_align
}

/** Three words (length of name, length of content, type), then both, each padded to four bytes. */
function note(type: number, content: Buffer): Buffer[] {
  const padding = Buffer.alloc(-content.length & 3);
  return [uint32(4), uint32(content.length), uint32(type), Buffer.from('Xen\0'), content, padding];
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
