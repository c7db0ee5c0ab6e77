import type { Unit } from '../mutate/units.ts';
import { HEADERS_BYTES, recordsOf } from '../oracle/libxc-format.ts';

/** An image in xl format, cut into what it is made of. */
export interface CutImage {
  /** xl header, optional data, libxl header, LIBXC_CONTEXT */
  readonly head: readonly Unit[];
  /** headers and records of the libxc stream */
  readonly libxc: readonly Unit[];
  /** END of the libxl stream */
  readonly tail: readonly Unit[];
}

const XL_HEADER_BYTES = 48;
const LIBXL_HEADER_BYTES = 16;

export function cutImage(image: Buffer): CutImage {
  const dataBytes = image.readUInt32LE(XL_HEADER_BYTES - 4);
  const lengths = {
    'xl header': XL_HEADER_BYTES,
    'xl data': dataBytes,
    'libxl header': LIBXL_HEADER_BYTES,
    LIBXC_CONTEXT: 8,
  };
  const head: Unit[] = [];
  let at = 0;
  for (const [name, length] of Object.entries(lengths)) {
    head.push({ name, head: image.subarray(at, at + length) });
    at += length;
  }
  const { units, bytes } = cutLibxc(image.subarray(at));
  return { head, libxc: units, tail: [{ name: 'libxl END', head: image.subarray(at + bytes) }] };
}

/** @returns the units, and how many bytes they are, END included */
function cutLibxc(stream: Buffer): { readonly units: Unit[]; readonly bytes: number } {
  const units: Unit[] = [{ name: 'headers', head: stream.subarray(0, HEADERS_BYTES) }];
  let end = HEADERS_BYTES;
  for (const { name, offset, bytes } of recordsOf(stream)) {
    end = offset + 8 * Math.ceil(bytes.length / 8);
    const headEnd = name === 'PAGE_DATA' ? offset + 16 + 8 * bytes.readUInt32LE(8) : end;
    const head = stream.subarray(offset, headEnd);
    units.push(name === 'PAGE_DATA' ? { name, head, tail: stream.subarray(headEnd, end) } : { name, head });
  }
  return { units, bytes: end };
}
