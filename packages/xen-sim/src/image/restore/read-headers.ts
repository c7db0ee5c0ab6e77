import type { CallLog } from '../call-log.ts';
import type { RecordReader } from './record-reader.ts';

const MARKER = 0xffff_ffff_ffff_ffffn;
/** "XENF" */
const ID = 0x58454e46;
const [OLDEST_VERSION, VERSION] = [2, 3];
const BIG_ENDIAN = 1;
/** of the domain header */
const TYPES = ['Reserved', 'x86 PV', 'x86 HVM'] as const;
const EXPECTED = {
  pv: { number: 1, name: 'x86_pv' },
  pvh: { number: 2, name: 'x86 HVM' },
} as const;
const PAGE_SHIFT = 12;

export interface StreamHeaders {
  readonly version: number;
  /** of the domain, as libxc numbers them */
  readonly type: number;
  readonly pageShift: number;
}

/** read_headers: is this a stream that we can read at all? */
export async function readHeaders(reader: RecordReader, log: CallLog): Promise<StreamHeaders> {
  const image = await reader.exactly(24, 'Failed to read Image Header from stream');
  const marker = image.readBigUInt64LE(0);
  if (marker !== MARKER) throw log.error(`Invalid marker: Got 0x${marker.toString(16).padStart(16, '0')}`);
  const id = image.readUInt32BE(8);
  if (id !== ID) throw log.error(`Invalid ID: Expected ${hex8(ID)}, Got ${hex8(id)}`);
  const version = image.readUInt32BE(12);
  if (version < OLDEST_VERSION || version > VERSION) {
    throw log.error(`Invalid Version: Expected ${OLDEST_VERSION} <= ver <= ${VERSION}, Got ${version | 0}`);
  }
  if ((image.readUInt16BE(16) & BIG_ENDIAN) !== 0) throw log.error('Unable to handle big endian streams');

  const header = await reader.exactly(16, 'Failed to read Domain Header from stream');
  const type = header.readUInt32LE(0);
  const [major, minor] = [header.readUInt32LE(8), header.readUInt32LE(12)];
  const origin = major === 0 ? ', converted from legacy stream format' : ` from Xen ${major}.${minor}`;
  log.info(`Found ${nameOf(type)} domain${origin}`);
  return { version, type, pageShift: header.readUInt16LE(4) };
}

/** Does it fit the domain that it is restored into? */
export function checkHeaders(headers: StreamHeaders, domainType: 'pv' | 'pvh', log: CallLog): void {
  const { type, pageShift } = headers;
  const { number, name } = EXPECTED[domainType];
  if (type !== number) throw log.error(`Unable to restore ${nameOf(type)} domain into an ${name} domain`);
  if (pageShift !== PAGE_SHIFT)
    throw log.error(`Invalid page size ${2 ** (pageShift % 32)} for ${name} domains`);
}

function nameOf(type: number): string {
  return TYPES[type] ?? 'Reserved';
}

function hex8(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
