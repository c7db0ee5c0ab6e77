import { encodeHeader, type FrameName } from '@vm-tools/libxfr/testing';
import { edgeNumber, flipBits, randomBytes, setField } from '../mutate/bytes.ts';
import { damagedJson } from '../mutate/json.ts';
import type { Unit } from '../mutate/units.ts';
import type { Random } from '../random.ts';
import { MESSAGES } from './messages.ts';

const HEADER_BYTES = 8;
/** One more than the last that there is. */
const NO_TYPE = 20;

/** A frame as a unit: its name is that of the frame. */
export function frameUnit(name: FrameName, payload: Buffer | object = {}): Unit {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
  return { name, head: Buffer.concat([encodeHeader({ name, length: bytes.length }), bytes]) };
}

const zeros = Buffer.from([0, 0, 16, 0]);

/** A sample of each frame. */
export const FRAMES: readonly Unit[] = [
  ...MESSAGES.map(([name, body]) => frameUnit(name, body)),
  frameUnit('DATA', Buffer.from('guest memory ')),
  frameUnit('DATA', Buffer.alloc(3000, 7)),
  frameUnit('ZEROS', zeros),
  frameUnit('PING', Buffer.alloc(0)),
];

/** Damages a frame where its format has something to say. */
export function damagedFrame(random: Random, unit: Unit): Unit {
  const head = Buffer.from(unit.head);
  if (head.length < HEADER_BYTES) return { ...unit, head: randomBytes(random, HEADER_BYTES) };
  switch (random.below(7)) {
    case 0:
      head.writeUInt8(random.below(NO_TYPE), 0);
      return { ...unit, head };
    case 1:
      head.writeUInt32BE(edgeNumber(random, head.readUInt32BE(4)), 4);
      return { ...unit, head };
    case 2: // flags and reserved bytes
      head.writeUInt8(random.below(256), 1 + random.below(3));
      return { ...unit, head };
    case 3:
      flipBits(random, head);
      return { ...unit, head };
    case 4:
      setField(random, head, random.below(head.length));
      return { ...unit, head };
    default:
      return withOtherPayload(random, unit, head);
  }
}

/** Other JSON in a frame of the right length, or other bytes where there is none. */
function withOtherPayload(random: Random, unit: Unit, head: Buffer): Unit {
  const sample = MESSAGES.find(([name]) => name === unit.name);
  const payload =
    sample === undefined ? randomBytes(random, 4 * random.below(20)) : damagedJson(random, sample[1]);
  const header = Buffer.from(head.subarray(0, HEADER_BYTES));
  header.writeUInt32BE(payload.length, 4);
  return { ...unit, head: Buffer.concat([header, payload]) };
}
