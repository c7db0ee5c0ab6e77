/** The first bytes of files that are no kernels; the words complete "this is …". */
const MAGICS: readonly (readonly [magic: string, what: string])[] = [
  ['070701', 'an initramfs (cpio archive)'],
  ['#!', 'a script'],
  ['\u00fd7zXZ\0', 'xz compressed data'],
  ['\u0028\u00b5\u002f\u00fd', 'zstd compressed data'],
  ['\u0004\u0022\u004d\u0018', 'lz4 compressed data'],
  ['\u0002\u0021\u004c\u0018', 'lz4 compressed data'],
  ['BZh', 'bzip2 compressed data'],
  ['PK\u0003\u0004', 'a zip archive'],
  ['QFI\u00fb', 'a qcow2 disk image'],
  ['MZ', 'a Windows or EFI program'],
  ['\u007fELF', 'an ELF file of the wrong byte order'],
];

/** Names what a file seems to be, from its first bytes. */
export function looksLike(head: Buffer): string {
  if (head.length === 0) return 'an empty file';
  const start = head.toString('latin1', 0, 8);
  const known = MAGICS.find(([magic]) => start.startsWith(magic));
  if (known !== undefined) return known[1];
  if (head.length >= 512 && head.readUInt16LE(510) === 0xaa55) return 'a boot sector or disk image';
  const isText = head.subarray(0, 512).every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
  return isText ? 'a text file' : 'data of an unknown kind';
}
