/** The first bytes of files that people take for disk images, and what they are. */
const FOREIGN: readonly (readonly [start: string, what: string])[] = [
  ['KDM', 'a VMware disk (vmdk)'],
  ['# Disk DescriptorFile', 'a VMware disk (vmdk)'],
  ['conectix', 'a Virtual PC disk (vhd)'],
  ['cxsparse', 'a Virtual PC disk (vhd)'],
  ['vhdxfile', 'a Hyper-V disk (vhdx)'],
  ['QED\0', 'a QED image'],
  ['<<< ', 'a VirtualBox disk (vdi)'],
  ['\xfd7zXZ\0', 'compressed by xz'],
  ['\x1f\x8b', 'compressed by gzip'],
  ['\x28\xb5\x2f\xfd', 'compressed by zstd'],
  ['BZh', 'compressed by bzip2'],
  ['PK\x03\x04', 'a zip archive'],
  ['<!', 'a web page'],
  ['<html', 'a web page'],
];
const TAR_AT = 257;
const ISO_AT = 0x8001;
/** As many bytes of a file as are looked at. */
export const LOOKED_AT_BYTES = ISO_AT + 8;

/** What a file is, as the rest of "it is …", if it is known to be no raw disk. */
export function foreignFormat(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 32);
  const found = FOREIGN.find(([magic]) => start.startsWith(magic));
  if (found !== undefined) return found[1];
  if (bytes.toString('latin1', TAR_AT, TAR_AT + 5) === 'ustar') return 'a tar archive';
  // A hybrid disc has a boot record as well, but what it starts is an installer.
  return bytes.toString('latin1', ISO_AT, ISO_AT + 5) === 'CD001' ? 'a disc (ISO 9660)' : undefined;
}
