import { corrupt, streamError, type StreamPlace } from '../error.ts';
import { isZeroFrom } from '../bytes.ts';
import { PAGE_BYTES } from './record-type.ts';
import type { StreamState } from './stream-state.ts';

/** sizeof(vcpu_guest_context_t) of the guest's width */
export const VCPU_CONTEXT_BYTES = { 4: 2800, 8: 5168 } as const;
const VCPU_HEADER_BYTES = 8;
const VCPU_EXTENDED_MAX_BYTES = 128;
const VCPU_XSAVE_MIN_BYTES = 16;
const VCPU_MSR_BYTES = 16;

/** MAX_VIRT_CPUS of Xen */
const MAX_VCPUS = 8192;

/** X86_PV_INFO: u8 width, u8 page table levels, 6 bytes reserved */
export function checkPvInfo(body: Buffer, state: StreamState, place: StreamPlace): void {
  if (state.width !== undefined) throw corrupt('it came twice', place);
  const width = body.readUInt8(0);
  const levels = body.readUInt8(1);
  if (!((width === 4 && levels === 3) || (width === 8 && levels === 4))) {
    throw corrupt(`width ${width} with ${levels} levels of page tables does not exist`, place);
  }
  if (!isZeroFrom(body, 2)) throw corrupt('reserved bits are set', place);
  state.width = width;
}

/**
 * X86_PV_P2M_FRAMES: u32 start pfn, u32 end pfn, u64 pfn of each page that holds a part of the p2m from start to end.
 * libxc sends one, for all pfns; its receiver takes more, which replace or extend, and so does this.
 */
export function checkP2mFrames(body: Buffer, state: StreamState, place: StreamPlace): void {
  const width = requireWidth(state, place);
  const start = body.readUInt32LE(0);
  const end = body.readUInt32LE(4);
  if (start > end) throw corrupt(`its start pfn ${start} is behind its end pfn ${end}`, place);
  if (end >= state.maxPfns) {
    throw streamError(
      'STREAM_TOO_LARGE',
      `end pfn ${end} is beyond the limit of ${state.maxPfns} pfns`,
      place,
    );
  }
  const pfnsPerFrame = PAGE_BYTES / width;
  const firstFrame = Math.floor(start / pfnsPerFrame);
  const frames = Math.floor(end / pfnsPerFrame) - firstFrame + 1;
  if (body.length !== 8 + 8 * frames) {
    throw corrupt(`pfns ${start} to ${end} take ${frames} frames, not ${(body.length - 8) / 8}`, place);
  }
  for (let i = 0; i < frames; i++) {
    const pfn = body.readBigUInt64LE(8 + 8 * i);
    if (pfn >= state.maxPfns)
      throw corrupt(`p2m frame ${firstFrame + i} is the impossible pfn ${pfn}`, place);
    state.p2mFrames[firstFrame + i] = Number(pfn);
  }
  state.p2mEndPfn = Math.max(state.p2mEndPfn, end);
}

export function checkSharedInfo(_body: Buffer, state: StreamState, place: StreamPlace): void {
  requireWidth(state, place);
  state.hasSharedInfo = true;
}

/** X86_PV_VCPU_BASIC: the vcpu's header, and vcpu_guest_context */
export function checkVcpuBasic(body: Buffer, state: StreamState, place: StreamPlace): void {
  const contextBytes = VCPU_CONTEXT_BYTES[requireWidth(state, place)];
  const vcpu = checkVcpuHeader(body, place);
  const blobBytes = body.length - VCPU_HEADER_BYTES;
  if (blobBytes === 0) return; // senders of Xen 4.6 to 4.8 wrote empty ones, which say nothing
  if (blobBytes !== contextBytes)
    throw corrupt(`the context has ${blobBytes} bytes, not ${contextBytes}`, place);
  state.vcpusWithBasic.add(vcpu);
}

export function checkVcpuExtended(body: Buffer, state: StreamState, place: StreamPlace): void {
  noteVcpuState(body, state, place, (bytes) => bytes <= VCPU_EXTENDED_MAX_BYTES);
}

export function checkVcpuXsave(body: Buffer, state: StreamState, place: StreamPlace): void {
  noteVcpuState(body, state, place, (bytes) => bytes >= VCPU_XSAVE_MIN_BYTES);
}

export function checkVcpuMsrs(body: Buffer, state: StreamState, place: StreamPlace): void {
  noteVcpuState(body, state, place, (bytes) => bytes % VCPU_MSR_BYTES === 0);
}

/** Checks that all records of a PV domain have come before END. */
export function checkPvComplete(state: StreamState, place: StreamPlace): void {
  const { width, p2mEndPfn, p2mFrames, populated } = state;
  if (width === undefined) throw corrupt('X86_PV_INFO is missing', place);
  if (p2mEndPfn < 0) throw corrupt('X86_PV_P2M_FRAMES is missing', place);
  const frames = Math.floor(p2mEndPfn / (PAGE_BYTES / width)) + 1;
  for (let frame = 0; frame < frames; frame++) {
    const pfn = p2mFrames[frame];
    if (pfn === undefined) throw corrupt(`frame ${frame} of the p2m is missing`, place);
    if (!populated.has(pfn))
      throw corrupt(`frame ${frame} of the p2m is pfn ${pfn}, which has no page`, place);
  }
  if (!state.hasSharedInfo) throw corrupt('SHARED_INFO is missing', place);
  // A vcpu that is offline has no records at all, but the first one cannot be offline.
  for (const vcpu of new Set([0, ...state.vcpusWithOther])) {
    if (!state.vcpusWithBasic.has(vcpu)) throw corrupt(`X86_PV_VCPU_BASIC of vcpu ${vcpu} is missing`, place);
  }
}

function requireWidth(state: StreamState, place: StreamPlace): 4 | 8 {
  if (state.width === undefined) throw corrupt('it came before X86_PV_INFO', place);
  return state.width;
}

/** u32 vcpu id, u32 reserved */
function checkVcpuHeader(body: Buffer, place: StreamPlace): number {
  const vcpu = body.readUInt32LE(0);
  if (vcpu >= MAX_VCPUS) throw corrupt(`there is no vcpu ${vcpu}`, place);
  if (body.readUInt32LE(4) !== 0) throw corrupt('reserved bits are set', place);
  return vcpu;
}

function noteVcpuState(
  body: Buffer,
  state: StreamState,
  place: StreamPlace,
  fits: (bytes: number) => boolean,
): void {
  const vcpu = checkVcpuHeader(body, place);
  const blobBytes = body.length - VCPU_HEADER_BYTES;
  if (blobBytes === 0) return;
  if (!fits(blobBytes)) throw corrupt(`${blobBytes} bytes of state cannot be`, place);
  state.vcpusWithOther.add(vcpu);
}
