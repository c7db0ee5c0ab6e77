/**
 * ASN.1 in DER, as much of it as one certificate takes, and only written: what comes from others is read by OpenSSL.
 * Each value is a tag, a length and its content.
 */
export type Der = Buffer;

export function tagged(tag: number, ...parts: readonly Uint8Array[]): Der {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(content), content]);
}

/** Up to 127 in one byte; beyond that a byte says how many follow. */
function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

export const sequence = (...parts: readonly Der[]): Der => tagged(0x30, ...parts);
export const set = (...parts: readonly Der[]): Der => tagged(0x31, ...parts);
export const octets = (bytes: Uint8Array): Der => tagged(0x04, bytes);
export const utf8 = (text: string): Der => tagged(0x0c, Buffer.from(text, 'utf8'));
export const yes = (): Der => tagged(0x01, Buffer.of(0xff));

/** A number that is not negative; a first byte from 0x80 on would be a sign. */
export function integer(bytes: Uint8Array): Der {
  return tagged(0x02, ...((bytes[0] ?? 0) < 0x80 ? [] : [Buffer.of(0)]), bytes);
}

/** @param unused bits at the end that do not count */
export const bits = (bytes: Uint8Array, unused = 0): Der => tagged(0x03, Buffer.of(unused), bytes);

/** "2.5.4.3": the first two numbers share a byte, the others have seven bits in each. */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

/** To the second; RFC 5280 wants two digits of the year until 2049 and four from then on. */
export function time(date: Date): Der {
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, '');
  return date.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(digits.slice(2)))
    : tagged(0x18, Buffer.from(digits));
}
