import type { VmToolsError } from '@vm-tools/errors';
import { isPrefixOf } from './bytes.ts';
import { streamError, type StreamPlace } from './error.ts';

/** Files that people pass by mistake, by their first bytes. */
const KNOWN: readonly (readonly [magic: string | readonly number[], name: string])[] = [
  ['Xen saved domain, xl', 'an image in xl format'],
  ['LibxlFmt', 'a libxl stream without its xl header'],
  [
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x58, 0x45, 0x4e, 0x46],
    'a libxc stream without its xl header',
  ],
  ['libvirt-xml\n', 'an image that libvirt saved'],
  ['LibvirtQemudSave', 'an image that libvirt saved from QEMU'],
  ['XenSavedDom', 'an image that xenopsd saved'],
  ['QEVM', 'a QEMU migration stream'],
  ['QFI\u00fb', 'a qcow2 disk image'],
  ['\u007fELF', 'an ELF file'],
  [[0x1f, 0x8b], 'gzip data'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd data'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz data'],
  [[0x04, 0x22, 0x4d, 0x18], 'lz4 data'],
  ['BZh', 'bzip2 data'],
  ['PK\u0003\u0004', 'a zip file'],
  ['#!', 'a script'],
  ['{', 'JSON text'],
];

/** Names bytes by their beginning, as a clause: "gzip data". */
export function describeForeign(bytes: Buffer): string {
  if (bytes.length === 0) return 'an empty file';
  for (const [magic, name] of KNOWN) {
    const expected = typeof magic === 'string' ? Buffer.from(magic, 'latin1') : Buffer.from(magic);
    if (bytes.length >= expected.length && isPrefixOf(expected, bytes)) return name;
  }
  return `unknown data (${bytes.subarray(0, 8).toString('hex')}…)`;
}

/**
 * The error for bytes that do not begin with `magic`: truncated if they end within it, foreign otherwise.
 * An empty file says nothing about what it was meant to be, so it counts as foreign.
 */
export function notOurs(bytes: Buffer, magic: Buffer, place: StreamPlace): VmToolsError {
  if (bytes.length > 0 && isPrefixOf(magic, bytes)) {
    return streamError('STREAM_TRUNCATED', `only ${bytes.length} bytes are there`, place);
  }
  const found = describeForeign(bytes);
  return streamError('STREAM_FOREIGN', `this is ${found}`, place);
}
