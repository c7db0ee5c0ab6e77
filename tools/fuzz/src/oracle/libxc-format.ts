/**
 * The libxc stream as docs/specs/libxc-migration-stream.pandoc of Xen describes it, parsed independently of our other
 * code: streams that the verifier of xen-stream accepts are held against it.
 */
export interface FormatRecord {
  readonly name: string;
  readonly offset: number;
  /** with the header, without the padding */
  readonly bytes: Buffer;
}

const RECORDS = [
  'END',
  'PAGE_DATA',
  'X86_PV_INFO',
  'X86_PV_P2M_FRAMES',
  'X86_PV_VCPU_BASIC',
  'X86_PV_VCPU_EXTENDED',
  'X86_PV_VCPU_XSAVE',
  'SHARED_INFO',
  'X86_TSC_INFO',
  'HVM_CONTEXT',
  'HVM_PARAMS',
  'TOOLSTACK',
  'X86_PV_VCPU_MSRS',
  'VERIFY',
  'CHECKPOINT',
  'CHECKPOINT_DIRTY_PFN_LIST',
  'STATIC_DATA_END',
  'X86_CPUID_POLICY',
  'X86_MSR_POLICY',
];

export const HEADERS_BYTES = 40;
const PAGE = 4096n;
const WITHOUT_PAGE = [0xdn, 0xen, 0xfn];
const NO_TYPE = [0x5n, 0x6n, 0x7n, 0x8n];
const PV_ONLY = /^X86_PV_|^SHARED_INFO$/;
const HVM_ONLY = /^HVM_/;

/** Cuts a stream at its records, up to END or to where there is none any more. */
export function* recordsOf(stream: Buffer): Generator<FormatRecord> {
  for (let offset = HEADERS_BYTES; offset + 8 <= stream.length;) {
    const length = stream.readUInt32LE(offset + 4);
    const name = RECORDS[stream.readUInt32LE(offset)] ?? 'unknown';
    yield { name, offset, bytes: stream.subarray(offset, offset + 8 + length) };
    if (name === 'END') return;
    offset += 8 + 8 * Math.ceil(length / 8);
  }
}

/** @returns what is wrong with a whole stream; undefined for one that is well formed */
export function problemOf(stream: Buffer): string | undefined {
  if (stream.length < HEADERS_BYTES) return 'no headers';
  const [version, type] = [stream.readUInt32BE(12), stream.readUInt32LE(24)];
  const isOurs = stream.toString('latin1', 0, 12) === '\xff\xff\xff\xff\xff\xff\xff\xffXENF';
  if (!isOurs || ![2, 3].includes(version)) return 'the image header';
  if (stream.readUInt16BE(16) !== 0 || stream.readUInt16BE(18) !== 0 || stream.readUInt32BE(20) !== 0)
    return 'the options';
  if (![1, 2].includes(type) || stream.readUInt16LE(28) !== 12 || stream.readUInt16LE(30) !== 0)
    return 'the domain header';
  return problemOfRecords(stream, { isPv: type === 1, version });
}

function problemOfRecords(
  stream: Buffer,
  { isPv, version }: { readonly isPv: boolean; readonly version: number },
): string | undefined {
  let hasMemoryBegun = version === 2;
  for (const { name, offset, bytes } of recordsOf(stream)) {
    const where = `${name} at ${offset}`;
    if (offset + bytes.length > stream.length || bytes.length !== 8 + stream.readUInt32LE(offset + 4))
      return `${where} is torn`;
    const padding = stream.subarray(offset + bytes.length, offset + 8 * Math.ceil(bytes.length / 8));
    if (padding.some((byte) => byte !== 0)) return `${where} has a padding that is not zero`;
    if (/^unknown$|CHECKPOINT|TOOLSTACK/.test(name)) return `${where} has no place here`;
    if ((isPv ? HVM_ONLY : PV_ONLY).test(name)) return `${where} is of another type of domain`;
    if (/STATIC_DATA_END|POLICY/.test(name) && version === 2) return `${where} is of version 3`;
    if (name === 'STATIC_DATA_END') hasMemoryBegun = true;
    if (/^PAGE_DATA|^END|P2M|^HVM|VCPU|^SHARED/.test(name) && !hasMemoryBegun)
      return `${where} came too early`;
    const problem = name === 'PAGE_DATA' ? problemOfPages(bytes) : problemOfLength(name, bytes.length - 8);
    if (problem !== undefined) return `${where}: ${problem}`;
    if (name === 'END') {
      return offset + 8 === stream.length ? undefined : `${stream.length - offset - 8} bytes follow END`;
    }
  }
  return 'there is no END';
}

function problemOfLength(name: string, length: number): string | undefined {
  const exact = {
    END: 0,
    VERIFY: 0,
    STATIC_DATA_END: 0,
    X86_PV_INFO: 8,
    SHARED_INFO: 4096,
    X86_TSC_INFO: 24,
  };
  const wanted = (exact as Readonly<Record<string, number>>)[name];
  if (wanted !== undefined && wanted !== length) return `${length} bytes`;
  return length > 128 * 2 ** 20 ? `${length} bytes are too many` : undefined;
}

function problemOfPages(record: Buffer): string | undefined {
  if (record.length < 16) return 'no count';
  const count = record.readUInt32LE(8);
  if (count === 0 || record.readUInt32LE(12) !== 0) return `${count} pages`;
  if (16 + 8 * count > record.length) return `${count} pages do not fit`;
  let pages = 0n;
  for (let at = 16; at < 16 + 8 * count; at += 8) {
    const word = record.readBigUInt64LE(at);
    const type = word >> 60n;
    if (NO_TYPE.includes(type) || ((word >> 52n) & 0xffn) !== 0n) return `an entry of ${word.toString(16)}`;
    if (!WITHOUT_PAGE.includes(type)) pages += 1n;
  }
  return BigInt(record.length) === 16n + 8n * BigInt(count) + pages * PAGE ? undefined : `${pages} pages`;
}
