import { VmToolsError } from '@vm-tools/errors';

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The 16 bytes of a domain handle as canonical lower case text. Xen prints them in the same order. */
export function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** @throws VmToolsError XEN_UUID_SYNTAX */
export function parseUuid(text: string): Buffer {
  if (!CANONICAL.test(text)) {
    throw new VmToolsError({
      code: 'XEN_UUID_SYNTAX',
      kind: 'usage',
      message: `"${text}" is not a UUID`,
      hint: 'write it as 8-4-4-4-12 hexadecimal digits',
    });
  }
  return Buffer.from(text.replaceAll('-', ''), 'hex');
}
