import { E820_TYPES, type BuildSpec } from '@vm-tools/xc-native';

const MAGIC = 0x336ec578;
/** sizes of hvm_start_info, hvm_modlist_entry, hvm_memmap_table_entry (xen/arch-x86/hvm/start_info.h) */
const [HEADER_BYTES, MODULE_BYTES, MEMMAP_BYTES] = [56, 32, 24];
/** libxenguest leaves room for two modules, and for a command line of each. */
const MODULES_BYTES = 2 * (MODULE_BYTES + 1024);

/** Bytes of the start info of such a guest. */
export function pvhStartInfoBytes({ cmdline, e820 = [] }: BuildSpec): number {
  return HEADER_BYTES + cmdlineBytes(cmdline) + MODULES_BYTES + e820.length * MEMMAP_BYTES;
}

/**
 * The start info of a PVH kernel, as bootlate_hvm lays it out:
 *
 *     start info | command line | modules and room for theirs | memory map
 *
 * @param address of the start info
 */
export function pvhStartInfo(
  address: number,
  spec: BuildSpec,
  ramdisk: { readonly address: number; readonly bytes: number } | undefined,
): Uint8Array {
  const { cmdline, e820 = [], acpi = [] } = spec;
  const bytes = Buffer.alloc(pvhStartInfoBytes(spec));
  const modulesAt = HEADER_BYTES + cmdlineBytes(cmdline);
  const memmapAt = modulesAt + MODULES_BYTES;
  const u64 = (at: number, value: number): void => void bytes.writeBigUInt64LE(BigInt(value), at);

  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(1, 4); // version
  bytes.writeUInt32LE(ramdisk === undefined ? 0 : 1, 12);
  if (ramdisk !== undefined) {
    u64(16, address + modulesAt);
    u64(modulesAt, ramdisk.address);
    u64(modulesAt + 8, ramdisk.bytes);
  }
  u64(24, address + HEADER_BYTES);
  bytes.write(cmdline, HEADER_BYTES);
  u64(32, acpi[0]?.guestAddress ?? 0);
  u64(40, address + memmapAt);
  bytes.writeUInt32LE(e820.length, 48);
  e820.forEach((entry, index) => {
    const at = memmapAt + index * MEMMAP_BYTES;
    u64(at, entry.address);
    u64(at + 8, entry.size);
    bytes.writeUInt32LE(E820_TYPES[entry.type], at + 16);
  });
  return bytes;
}

/** With its NUL, and so that what follows is aligned. */
function cmdlineBytes(cmdline: string): number {
  return Math.ceil((Buffer.byteLength(cmdline) + 1) / 8) * 8;
}
