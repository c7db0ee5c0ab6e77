import { parseLibxcHeader, type LibxcHeader } from '@vm-tools/xen-stream';
import type { CallLog } from '../call-log.ts';
import type { RecordReader } from './record-reader.ts';

const MARKER = 0xffff_ffff_ffff_ffffn;

/** read_headers: is this a stream that we can read at all? */
export async function readHeaders(reader: RecordReader, log: CallLog): Promise<LibxcHeader> {
  const image = await reader.unverified(24, 'Failed to read Image Header from stream');
  const marker = image.readBigUInt64LE(0);
  if (marker !== MARKER) throw log.error(`Invalid marker: Got 0x${marker.toString(16).padStart(16, '0')}`);
  reader.verify(image);
  const rest = reader.verify(await reader.unverified(16, 'Failed to read Domain Header from stream'));

  const header = parseLibxcHeader(Buffer.concat([image, rest]));
  const { type, xenMajor, xenMinor } = header;
  const origin =
    xenMajor === 0 ? ', converted from legacy stream format' : ` from Xen ${xenMajor}.${xenMinor}`;
  log.info(`Found x86 ${type.toUpperCase()} domain${origin}`);
  return header;
}
