import { RECORD, recordName } from '@vm-tools/xen-stream';
import { PAGE_BYTES } from '../../memory/index.ts';
import { PV_LAYOUT, type PvWidth } from '../records/pv-layout.ts';
import { requireStaticData, restoreCommonRecord } from './common-records.ts';
import type { RestoreContext } from './restore-context.ts';

/** u32 vcpu id, u32 reserved */
export const VCPU_HEADER_BYTES = 8;
const EXTENDED_MAX_BYTES = 128;
const XSAVE_MIN_BYTES = 16;
const MSR_BYTES = 16;
const INFO_BYTES = 8;
/** u32 start pfn, u32 end pfn, u64 of each frame */
export const FRAMES_HEADER_BYTES = 8;

/** A record of a PV domain. @returns false for one that has no place there */
export function restorePvRecord(context: RestoreContext, type: number, body: Buffer): boolean {
  switch (type) {
    case RECORD.X86_PV_INFO:
      restoreInfo(context, body);
      return true;
    case RECORD.X86_PV_P2M_FRAMES:
      restoreP2mFrames(context, body);
      return true;
    case RECORD.SHARED_INFO:
      widthOf(context);
      if (body.length !== PAGE_BYTES) {
        throw context.log.error(
          `X86_PV_SHARED_INFO record wrong size: length ${body.length}, expected ${PAGE_BYTES}`,
        );
      }
      context.records.set(type, body);
      return true;
    case RECORD.X86_PV_VCPU_BASIC:
    case RECORD.X86_PV_VCPU_EXTENDED:
    case RECORD.X86_PV_VCPU_XSAVE:
    case RECORD.X86_PV_VCPU_MSRS:
      restoreVcpu(context, type, body);
      return true;
    default:
      return restoreCommonRecord(context, type, body);
  }
}

/** Bytes of a machine word of the guest. */
export function widthOf({ records, log }: RestoreContext): PvWidth {
  const info = records.get(RECORD.X86_PV_INFO);
  if (info === undefined) throw log.error('Not yet received X86_PV_INFO record');
  return info[0] === 4 ? 4 : 8;
}

function restoreInfo({ records, log }: RestoreContext, body: Buffer): void {
  if (records.get(RECORD.X86_PV_INFO) !== undefined) throw log.error('Already received X86_PV_INFO record');
  if (body.length < INFO_BYTES) {
    throw log.error(`X86_PV_INFO record truncated: length ${body.length}, expected ${INFO_BYTES}`);
  }
  const [width, levels] = [body.readUInt8(0), body.readUInt8(1)];
  const isPossible = (width === 4 || width === 8) && PV_LAYOUT[width].levels === levels;
  if (!isPossible) throw log.error(`Invalid X86_PV_INFO combination: width ${width}, pt_levels ${levels}`);
  records.set(RECORD.X86_PV_INFO, body.subarray(0, INFO_BYTES));
}

function restoreP2mFrames(context: RestoreContext, body: Buffer): void {
  const { records, log } = context;
  requireStaticData(context);
  const pfnsPerFrame = PAGE_BYTES / widthOf(context);
  if (body.length < FRAMES_HEADER_BYTES) {
    throw log.error(
      `X86_PV_P2M_FRAMES record truncated: length ${body.length}, min ${FRAMES_HEADER_BYTES + 8}`,
    );
  }
  const [start, end] = [body.readUInt32LE(0), body.readUInt32LE(4)];
  if (start > end) throw log.error(`End pfn in stream (${hex(end)}) exceeds Start (${hex(start)})`);
  const [first, next] = [Math.floor(start / pfnsPerFrame), Math.floor(end / pfnsPerFrame) + 1];
  if (body.length !== FRAMES_HEADER_BYTES + (next - first) * 8) {
    throw log.error(
      `X86_PV_P2M_FRAMES record wrong size: start_pfn ${hex(start)}, end_pfn ${hex(end)}, ` +
        `length ${body.length}, expected ${FRAMES_HEADER_BYTES} + (${next} - ${first}) * 8`,
    );
  }
  context.lastPfn = Math.max(context.lastPfn, end);
  // libxc sends one record. Should there be more, each extends or replaces, so they are all kept, by their beginning.
  records.set(RECORD.X86_PV_P2M_FRAMES, body, start);
}

type VcpuRecord =
  | typeof RECORD.X86_PV_VCPU_BASIC
  | typeof RECORD.X86_PV_VCPU_EXTENDED
  | typeof RECORD.X86_PV_VCPU_XSAVE
  | typeof RECORD.X86_PV_VCPU_MSRS;

function restoreVcpu(context: RestoreContext, type: VcpuRecord, body: Buffer): void {
  const { domain, records, log } = context;
  const name = recordName(type);
  if (body.length < VCPU_HEADER_BYTES) {
    throw log.error(`${name} record truncated: length ${body.length}, header size ${VCPU_HEADER_BYTES}`);
  }
  const bytes = body.length - VCPU_HEADER_BYTES;
  if (bytes === 0) return; // senders of Xen 4.6 to 4.8 wrote empty ones, which say nothing
  const vcpu = body.readUInt32LE(0);
  if (vcpu >= domain.vcpus)
    throw log.error(`${name} record vcpu_id (${vcpu}) exceeds domain max (${domain.vcpus - 1})`);

  const { vcpuBytes } = PV_LAYOUT[widthOf(context)];
  if (type === RECORD.X86_PV_VCPU_BASIC && bytes !== vcpuBytes) {
    const expected = VCPU_HEADER_BYTES + vcpuBytes;
    throw log.error(`${name} record wrong size: expected ${expected}, got ${body.length}`);
  }
  if (type === RECORD.X86_PV_VCPU_EXTENDED && bytes > EXTENDED_MAX_BYTES) {
    const max = VCPU_HEADER_BYTES + EXTENDED_MAX_BYTES;
    throw log.error(`${name} record too long: max ${max}, got ${body.length}`);
  }
  if (type === RECORD.X86_PV_VCPU_XSAVE && bytes < XSAVE_MIN_BYTES) {
    const min = VCPU_HEADER_BYTES + XSAVE_MIN_BYTES;
    throw log.error(`${name} record too short: min ${min}, got ${body.length}`);
  }
  if (type === RECORD.X86_PV_VCPU_MSRS && bytes % MSR_BYTES !== 0) {
    throw log.error(`${name} record payload size ${bytes} expected to be a multiple of ${MSR_BYTES}`);
  }
  records.set(type, body, vcpu);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
