/** What is taken for a qcow2 image by its first bytes. */
export function qcow2Bytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.write('QFI\u00fb', 'latin1');
  return bytes;
}
