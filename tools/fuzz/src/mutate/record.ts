import type { Random } from '../random.ts';
import { edgeNumber, randomBytes } from './bytes.ts';
import type { Unit } from './units.ts';

const HEADER_BYTES = 8;
const COUNT_AT = 8;
const FIRST_PFN_AT = 16;
const LAST_TYPE = 0x14;

/** Damages a record of a libxc or libxl stream where its format has something to say. */
export function damagedRecord(random: Random, unit: Unit): Unit {
  const head = Buffer.from(unit.head);
  if (head.length < HEADER_BYTES) return { ...unit, tail: randomBytes(random, HEADER_BYTES) };
  const length = head.readUInt32LE(4);
  const choice = random.below(unit.name === 'PAGE_DATA' ? 9 : 6);
  switch (choice) {
    case 0: // of another type
      head.writeUInt32LE(random.oneIn(4) ? edgeNumber(random, 0) : random.below(LAST_TYPE), 0);
      return { ...unit, head };
    case 1: // a length that is not its own
      head.writeUInt32LE(edgeNumber(random, length), 4);
      return { ...unit, head };
    case 2:
      return resized(random, unit, head);
    case 3: // without a body
      head.writeUInt32LE(0, 4);
      return { ...unit, head: head.subarray(0, HEADER_BYTES), tail: undefined };
    case 4:
      if (head.length >= COUNT_AT + 4)
        head.writeUInt32LE(edgeNumber(random, head.readUInt32LE(COUNT_AT)), COUNT_AT);
      return { ...unit, head };
    case 5: // other contents of the right length
      randomBytes(random, head.length - HEADER_BYTES).copy(head, HEADER_BYTES);
      return { ...unit, head };
    default:
      return otherPfn(random, unit, head);
  }
}

/** A body that is shorter or longer, of which the header knows. */
function resized(random: Random, unit: Unit, head: Buffer): Unit {
  const more = 8 * (random.below(9) - 4);
  const bytes = Math.max(HEADER_BYTES, head.length + more);
  const body = Buffer.concat([head, Buffer.alloc(Math.max(0, more))]).subarray(0, bytes);
  const grown = Buffer.from(body);
  grown.writeUInt32LE(Math.max(0, head.readUInt32LE(4) + bytes - head.length) % 2 ** 32, 4);
  return { ...unit, head: grown };
}

/** Another pfn, or another type of page, which may bring no page or one too many. */
function otherPfn(random: Random, unit: Unit, head: Buffer): Unit {
  const entries = Math.floor((head.length - FIRST_PFN_AT) / 8);
  if (entries < 1) return { ...unit, head };
  const at = FIRST_PFN_AT + 8 * random.below(entries);
  if (random.oneIn(2)) head.writeUInt32LE(edgeNumber(random, head.readUInt32LE(at)), at);
  else
    head.writeUInt32LE(
      ((random.below(16) << 28) | (random.oneIn(3) ? random.below(2 ** 28) : 0)) >>> 0,
      at + 4,
    );
  return { ...unit, head };
}
