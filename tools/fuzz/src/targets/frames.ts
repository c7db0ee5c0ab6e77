import {
  decodeBody,
  decodeHeader,
  decodeZeros,
  encodeHeader,
  HEADER_BYTES,
  type ControlName,
} from '@vm-tools/libxfr/testing';
import { damagedFrame, FRAMES } from '../corpus/frames.ts';
import { verdictOf } from '../expect-error.ts';
import { damagedUnits, joined } from '../mutate/units.ts';
import type { Random } from '../random.ts';
import { must, type Target } from '../target.ts';

const CODES = /^XFR_PROTOCOL$/;
/** The most bytes that a stranger can make us hold before they are looked at. */
const MOST_BYTES = 2 ** 20;

export function someFrames(random: Random): Buffer[] {
  const start = random.below(FRAMES.length);
  const some = [...FRAMES.slice(start), ...FRAMES.slice(0, start)].slice(0, 1 + random.below(5));
  return joined(damagedUnits(random, some, { other: FRAMES, damageUnit: damagedFrame }));
}

/** Headers and payloads of frames, one after the other. */
export const framesTarget: Target = {
  name: 'frames',
  group: 'frames',
  weight: 12,
  make: someFrames,
  feed(input) {
    const bytes = Buffer.concat(input);
    const read = (): void => {
      for (let at = 0; at + HEADER_BYTES <= bytes.length;) at += readFrame(bytes, at);
    };
    return verdictOf(read, { codes: CODES, placed: CODES, bytes: bytes.length });
  },
};

/** @returns its length with its header, which may be more than there is */
function readFrame(bytes: Buffer, at: number): number {
  const header = bytes.subarray(at, at + HEADER_BYTES);
  const { name, length } = decodeHeader(header, at);
  must(length <= MOST_BYTES, `a ${name} of ${length} bytes was accepted`);
  must(encodeHeader({ name, length }).equals(header), `the header of a ${name} is not what was read`);
  const payload = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
  if (payload.length === length) readPayload(name, payload, at);
  return HEADER_BYTES + length;
}

function readPayload(name: ReturnType<typeof decodeHeader>['name'], payload: Buffer, at: number): void {
  if (name === 'DATA' || name === 'PING') return;
  if (name === 'ZEROS') {
    const zeros = decodeZeros(payload, at);
    must(zeros > 0 && zeros <= MOST_BYTES, `${zeros} zeros were accepted`);
    return;
  }
  decodeBody(name satisfies ControlName, payload, at);
}
