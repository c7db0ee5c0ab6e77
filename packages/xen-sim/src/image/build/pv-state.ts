import { PAGE_TYPE, RECORD } from '@vm-tools/xen-stream';
import { PAGE_BYTES } from '../../memory/index.ts';
import type { DomainRecords } from '../records/domain-records.ts';
import { PV_LAYOUT } from '../records/pv-layout.ts';
import type { Segment } from './segments.ts';

/** Simulated PV guests are of 64 bits. */
const WIDTH = 8;
const LAYOUT = PV_LAYOUT[WIDTH];
/** u32 vcpu id, u32 reserved */
const VCPU_HEADER_BYTES = 8;
const EXTENDED_BYTES = 128;
/** The legacy area of XSAVE, its header, and AVX. */
const XSAVE_BYTES = 832;
const MSR_BYTES = 16;

/** The tables that the domain builder leaves behind, from the root down. */
export const PAGE_TABLES = [PAGE_TYPE.L4TAB_PIN, PAGE_TYPE.L3TAB, PAGE_TYPE.L2TAB, PAGE_TYPE.L1TAB] as const;

/** Xen's state of a new PV guest, as the records of a later save. */
export function setPvState(
  records: DomainRecords,
  guest: {
    readonly vcpus: number;
    readonly totalPages: number;
    readonly p2m: Segment;
    readonly pageTables: Segment;
    readonly startInfo: Segment;
  },
): void {
  const { vcpus, totalPages, p2m, pageTables, startInfo } = guest;
  records.set(RECORD.X86_PV_INFO, Uint8Array.of(WIDTH, LAYOUT.levels, 0, 0, 0, 0, 0, 0));
  records.set(RECORD.X86_PV_P2M_FRAMES, p2mFrames(totalPages, p2m));
  records.set(RECORD.SHARED_INFO, Buffer.alloc(PAGE_BYTES));
  PAGE_TABLES.forEach((type, index) => records.pageTypes.set(pageTables.pfn + index, type));
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    const basic = vcpuBody(vcpu, LAYOUT.vcpuBytes);
    if (vcpu === 0) {
      basic.writeBigUInt64LE(BigInt(startInfo.pfn), VCPU_HEADER_BYTES + LAYOUT.startInfoRegister);
    }
    records.set(RECORD.X86_PV_VCPU_BASIC, basic, vcpu);
    records.set(RECORD.X86_PV_VCPU_EXTENDED, vcpuBody(vcpu, EXTENDED_BYTES), vcpu);
    records.set(RECORD.X86_PV_VCPU_XSAVE, vcpuBody(vcpu, XSAVE_BYTES), vcpu);
    records.set(RECORD.X86_PV_VCPU_MSRS, vcpuBody(vcpu, MSR_BYTES), vcpu);
  }
}

/** u32 start pfn, u32 end pfn, u64 of each page that holds the p2m */
function p2mFrames(totalPages: number, { pfn, pages }: Segment): Buffer {
  const body = Buffer.alloc(8 + 8 * pages);
  body.writeUInt32LE(totalPages - 1, 4);
  for (let frame = 0; frame < pages; frame++) body.writeBigUInt64LE(BigInt(pfn + frame), 8 + 8 * frame);
  return body;
}

function vcpuBody(vcpu: number, bytes: number): Buffer {
  const body = Buffer.alloc(VCPU_HEADER_BYTES + bytes);
  body.writeUInt32LE(vcpu, 0);
  return body;
}
