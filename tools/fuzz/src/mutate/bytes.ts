import type { Random } from '../random.ts';

/** Numbers at which limits and signs change. */
const EDGES = [
  0, 1, 2, 7, 8, 9, 0x7f, 0x80, 0xff, 0x100, 0xfff, 0x1000, 0x1001, 0x7fff, 0x8000, 0xffff, 0x1_0000,
  0xf_ffff, 0x10_0000, 0x10_0001, 0x7ff_ffff, 0x800_0000, 0x800_0001, 0xfff_ffff, 0x1000_0000, 0x7fff_ffff,
  0x8000_0000, 0xffff_fff8, 0xffff_fffe, 0xffff_ffff,
];

/** A number that a field could have, near one that matters. */
export function edgeNumber(random: Random, near: number): number {
  if (random.oneIn(3)) return (near + random.below(17) - 8) >>> 0;
  if (random.oneIn(8)) return random.word();
  return random.pick(EDGES);
}

/** Overwrites 1, 2, 4 or 8 bytes with such a number, in either byte order. */
export function setField(random: Random, bytes: Buffer, at: number): void {
  const widths = [1, 2, 4, 4, 4, 8].filter((one) => at + one <= bytes.length);
  if (widths.length === 0) return;
  const width = random.pick(widths);
  const isLittle = !random.oneIn(4);
  const word = width === 8 ? 4 : width;
  const before = isLittle ? bytes.readUIntLE(at, word) : bytes.readUIntBE(at, word);
  const value = edgeNumber(random, before) % 2 ** (8 * word);
  if (isLittle) bytes.writeUIntLE(value, at, word);
  else bytes.writeUIntBE(value, at, word);
  if (width === 8) bytes.writeUInt32LE(random.oneIn(2) ? 0 : edgeNumber(random, 0), at + 4);
}

export function flipBits(random: Random, bytes: Buffer): void {
  for (let count = 1 + random.below(3); count > 0 && bytes.length > 0; count -= 1) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
  }
}

export function randomBytes(random: Random, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(random.word(), at);
  return bytes;
}

/** The same bytes with something missing, twice, between or moved. */
export function rearranged(random: Random, bytes: Buffer): Buffer {
  const from = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, from + 1 + random.below(64));
  const [before, part, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
  switch (random.below(6)) {
    case 0:
      return Buffer.from(before);
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, part, part, after]);
    case 3:
      return Buffer.concat([before, randomBytes(random, 4 * random.below(9)), part, after]);
    case 4:
      return Buffer.concat([before, Buffer.alloc(random.below(64)), part, after]);
    default:
      return Buffer.concat([after, part, before]);
  }
}

/** Damages bytes of which nothing is known, in one to four places. */
export function damaged(random: Random, original: Buffer): Buffer {
  let bytes: Buffer = Buffer.from(original);
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    if (bytes.length === 0) return randomBytes(random, 4 * random.below(8));
    if (random.oneIn(3)) flipBits(random, bytes);
    else if (random.oneIn(2)) setField(random, bytes, random.below(bytes.length));
    else bytes = rearranged(random, bytes);
  }
  return bytes;
}
