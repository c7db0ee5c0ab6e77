import { paddedTo8 } from '../bytes.ts';
import { hasPageData, PAGE_TYPE, type PageType } from './page-type.ts';
import { PAGE_BYTES, RECORD, RECORD_HEADER_BYTES, type RecordType } from './record-type.ts';

/** A record of any type, padded; records without fields have no body. */
export function encodeRecord(type: RecordType, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = Buffer.alloc(RECORD_HEADER_BYTES + paddedTo8(body.length));
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(body.length, 4);
  bytes.set(body, RECORD_HEADER_BYTES);
  return bytes;
}

/** One page of a PAGE_DATA record: where it is, and what it is used as. */
export interface PageEntry {
  readonly pfn: number;
  readonly type: PageType;
}

/**
 * The head of a PAGE_DATA record, which is all of it but its pages: those of the types that have data follow, 4096
 * bytes each, in this order.
 */
export function encodePageDataHead(entries: readonly PageEntry[]): Uint8Array {
  const first = RECORD_HEADER_BYTES + 8;
  const bytes = Buffer.alloc(first + 8 * entries.length);
  const pages = entries.filter(({ type }) => hasPageData(type)).length;
  bytes.writeUInt32LE(RECORD.PAGE_DATA, 0);
  bytes.writeUInt32LE(8 + 8 * entries.length + PAGE_BYTES * pages, 4);
  bytes.writeUInt32LE(entries.length, 8);
  // Even a small domain may have a million entries, so this is not left to Buffer, which looks at each number twice.
  const list = new DataView(bytes.buffer, bytes.byteOffset + first);
  let at = 0;
  for (const { pfn, type } of entries) {
    const high = pfn < 2 ** 32 ? 0 : Math.floor(pfn / 2 ** 32);
    list.setUint32(at, pfn, true);
    list.setUint32(at + 4, type * 2 ** 28 + high, true);
    at += 8;
  }
  return bytes;
}

/** The same for pfns without memory, one behind the other, below 2 ** 32: a guest with a hole has a million of them. */
export function encodeAbsentHead(firstPfn: number, count: number): Uint8Array {
  // Little-endian, as the processors that this runs on.
  const words = new Uint32Array(4 + 2 * count);
  words.set([RECORD.PAGE_DATA, 8 + 8 * count, count, 0]);
  for (let index = 0; index < count; index++) {
    words[4 + 2 * index] = firstPfn + index;
    words[5 + 2 * index] = PAGE_TYPE.XTAB * 2 ** 28;
  }
  return new Uint8Array(words.buffer);
}

/** X86_PV_INFO; width in bytes. */
export function encodePvInfo(width: 4 | 8): Uint8Array {
  return encodeRecord(RECORD.X86_PV_INFO, Uint8Array.of(width, width === 8 ? 4 : 3, 0, 0, 0, 0, 0, 0));
}

/** X86_PV_P2M_FRAMES: the pfns of the pages that hold the p2m of `startPfn` to `endPfn`. */
export function encodeP2mFrames(startPfn: number, endPfn: number, framePfns: readonly number[]): Uint8Array {
  const body = Buffer.alloc(8 + 8 * framePfns.length);
  body.writeUInt32LE(startPfn, 0);
  body.writeUInt32LE(endPfn, 4);
  framePfns.forEach((pfn, i) => body.writeBigUInt64LE(BigInt(pfn), 8 + 8 * i));
  return encodeRecord(RECORD.X86_PV_P2M_FRAMES, body);
}

/** X86_PV_VCPU_BASIC, _EXTENDED, _XSAVE or _MSRS. */
export function encodeVcpuRecord(
  part: 'BASIC' | 'EXTENDED' | 'XSAVE' | 'MSRS',
  vcpu: number,
  context: Uint8Array,
): Uint8Array {
  const body = Buffer.alloc(8 + context.length);
  body.writeUInt32LE(vcpu, 0);
  body.set(context, 8);
  return encodeRecord(RECORD[`X86_PV_VCPU_${part}`], body);
}

/**
 * Xen's facts about a guest's time stamp counter: the mode, its frequency in kHz, ns since it was set, and how often it
 * was.
 */
export interface TscInfo {
  readonly mode: number;
  readonly khz: number;
  readonly nsec: bigint;
  readonly incarnation: number;
}

/** The record X86_TSC_INFO: how the guest's time stamp counter goes on (xc_domain_set_tsc_info). */
export function encodeTscInfo({ mode, khz, nsec, incarnation }: TscInfo): Uint8Array {
  const body = Buffer.alloc(24);
  body.writeUInt32LE(mode, 0);
  body.writeUInt32LE(khz, 4);
  body.writeBigUInt64LE(nsec, 8);
  body.writeUInt32LE(incarnation, 16);
  return encodeRecord(RECORD.X86_TSC_INFO, body);
}

/** HVM_PARAMS, from pairs of index and value. */
export function encodeHvmParams(params: readonly (readonly [index: number, value: bigint])[]): Uint8Array {
  const body = Buffer.alloc(8 + 16 * params.length);
  body.writeUInt32LE(params.length, 0);
  params.forEach(([index, value], i) => {
    body.writeBigUInt64LE(BigInt(index), 8 + 16 * i);
    body.writeBigUInt64LE(value, 16 + 16 * i);
  });
  return encodeRecord(RECORD.HVM_PARAMS, body);
}

/** One part of HVM_CONTEXT: of which kind, of which of them, and its bytes as Xen wrote them. */
export interface HvmContextEntry {
  readonly type: number;
  readonly instance: number;
  readonly data: Uint8Array;
}

/** HVM_CONTEXT: a header entry is put before the entries, an end behind them. */
export function encodeHvmContext(entries: readonly HvmContextEntry[]): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0x54381286, 0); // HVM_FILE_MAGIC
  header.writeUInt32LE(1, 4); // HVM_FILE_VERSION
  const end = { type: 0, instance: 0, data: Buffer.alloc(0) };
  const chain = [{ type: 1, instance: 0, data: header }, ...entries, end].flatMap(
    ({ type, instance, data }) => {
      const descriptor = Buffer.alloc(8);
      descriptor.writeUInt16LE(type, 0);
      descriptor.writeUInt16LE(instance, 2);
      descriptor.writeUInt32LE(data.length, 4);
      return [descriptor, data];
    },
  );
  return encodeRecord(RECORD.HVM_CONTEXT, Buffer.concat(chain));
}
