import {
  encodeHvmContext,
  encodeHvmParams,
  encodeP2mFrames,
  encodePageDataHead,
  encodePvInfo,
  encodeRecord,
  encodeVcpuRecord,
} from '../libxc/encode.ts';
import { encodeLibxcHeader } from '../libxc/header.ts';
import { PAGE_TYPE } from '../libxc/page-type.ts';
import { VCPU_CONTEXT_BYTES } from '../libxc/pv-records.ts';
import { PAGE_BYTES, RECORD } from '../libxc/record-type.ts';
import { CONSOLE_PFN, STORE_PFN } from './synthetic-pvh.ts';

/** PAGE_DATA with one page. */
export const notab = (pfn: number): Uint8Array[] => [
  encodePageDataHead([{ pfn, type: PAGE_TYPE.NOTAB }]),
  Buffer.alloc(PAGE_BYTES),
];

export const end = encodeRecord(RECORD.END);
export const staticDataEnd = encodeRecord(RECORD.STATIC_DATA_END);

export const hvmHeader = encodeLibxcHeader({ version: 3, type: 'hvm', xenMajor: 4, xenMinor: 17 });
export const hvmStart = [hvmHeader, staticDataEnd];
export const hvmMemory = [...hvmStart, ...notab(STORE_PFN), ...notab(CONSOLE_PFN)];
export const context = encodeHvmContext([]);
export const params = encodeHvmParams([
  [1, BigInt(STORE_PFN)],
  [17, BigInt(CONSOLE_PFN)],
]);

export const pvHeader = encodeLibxcHeader({ version: 3, type: 'pv', xenMajor: 4, xenMinor: 17 });
export const pvInfo = encodePvInfo(8);
export const pvStart = [pvHeader, pvInfo, staticDataEnd];
export const pvMemory = [...pvStart, encodeP2mFrames(0, 4, [0]), ...notab(0)];
export const sharedInfo = encodeRecord(RECORD.SHARED_INFO, Buffer.alloc(PAGE_BYTES));
export const vcpu0 = encodeVcpuRecord('BASIC', 0, Buffer.alloc(VCPU_CONTEXT_BYTES[8]));

/** The same bytes with some of them overwritten. */
export function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
}
