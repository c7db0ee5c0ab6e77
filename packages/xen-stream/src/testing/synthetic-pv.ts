import {
  encodeP2mFrames,
  encodePageDataHead,
  encodePvInfo,
  encodeRecord,
  encodeTscInfo,
  encodeVcpuRecord,
} from '../libxc/encode.ts';
import { encodeLibxcHeader } from '../libxc/header.ts';
import { PAGE_TYPE, type PageType } from '../libxc/page-type.ts';
import { VCPU_CONTEXT_BYTES } from '../libxc/pv-records.ts';
import { PAGE_BYTES, RECORD } from '../libxc/record-type.ts';

export interface SyntheticPvOptions {
  /** pages of RAM, at least 5; the first ones hold the p2m, the last four are page tables */
  readonly pages: number;
  /** @default 1 */
  readonly vcpus?: number;
  /** bytes of a machine word of the guest. @default 8 */
  readonly width?: 4 | 8;
}

const PAGE_TABLES: readonly PageType[] = [
  PAGE_TYPE.L1TAB,
  PAGE_TYPE.L2TAB,
  PAGE_TYPE.L3TAB_PIN,
  PAGE_TYPE.L4TAB_PIN,
];

/** A libxc stream as libxc would write it of a PV domain. */
export function* syntheticPv({ pages, vcpus = 1, width = 8 }: SyntheticPvOptions): Generator<Uint8Array> {
  yield encodeLibxcHeader({ version: 3, type: 'pv', xenMajor: 4, xenMinor: 17 });
  yield encodePvInfo(width);
  yield encodeRecord(RECORD.X86_CPUID_POLICY, Buffer.alloc(24));
  yield encodeRecord(RECORD.X86_MSR_POLICY, Buffer.alloc(16));
  yield encodeRecord(RECORD.STATIC_DATA_END);
  const frames = Math.ceil((pages * width) / PAGE_BYTES);
  yield encodeP2mFrames(0, pages - 1, [...Array(frames).keys()]);
  for (let pfn = 0; pfn < pages; pfn++) {
    yield encodePageDataHead([
      { pfn, type: PAGE_TABLES[pfn - pages + PAGE_TABLES.length] ?? PAGE_TYPE.NOTAB },
    ]);
    yield Buffer.alloc(PAGE_BYTES, pfn);
  }
  yield encodeTscInfo({ mode: 0, khz: 2_400_000, nsec: 0n, incarnation: 0 });
  yield encodeRecord(RECORD.SHARED_INFO, Buffer.alloc(PAGE_BYTES));
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    yield encodeVcpuRecord('BASIC', vcpu, Buffer.alloc(VCPU_CONTEXT_BYTES[width]));
    yield encodeVcpuRecord('EXTENDED', vcpu, Buffer.alloc(128));
    yield encodeVcpuRecord('XSAVE', vcpu, Buffer.alloc(832));
    yield encodeVcpuRecord('MSRS', vcpu, Buffer.alloc(16));
  }
  yield encodeRecord(RECORD.END);
}
