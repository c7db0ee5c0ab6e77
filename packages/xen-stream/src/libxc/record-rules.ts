import { isZeroFrom } from '../bytes.ts';
import { corrupt, streamError, type StreamPlace } from '../error.ts';
import { checkHvmComplete, checkHvmContext, checkHvmParams } from './hvm-records.ts';
import {
  checkP2mFrames,
  checkPvComplete,
  checkPvInfo,
  checkSharedInfo,
  checkVcpuBasic,
  checkVcpuExtended,
  checkVcpuMsrs,
  checkVcpuXsave,
} from './pv-records.ts';
import { PAGE_BYTES, RECORD, RECORD_MAX_BYTES, RECORD_OPTIONAL } from './record-type.ts';
import type { Phase, StreamState } from './stream-state.ts';

/** All but PAGE_DATA are held until they have been checked, so their length is bounded by more than libxc's limit. */
const SMALL_BYTES = 1024 * 1024;
/** State that grows with vcpus (HVM_CONTEXT) or memory (X86_PV_P2M_FRAMES: enough for 4 TiB). */
const LARGE_BYTES = 16 * 1024 * 1024;

interface RecordRule {
  readonly phases: readonly Phase[];
  /** the phase that it begins */
  readonly begins?: Phase;
  readonly domain?: 'pv' | 'hvm';
  /** version of the stream that brought it */
  readonly since?: 3;
  /** length of the body: from min to max in steps of step. A record whose min is its max has one length. */
  readonly bytes: { readonly min: number; readonly max: number; readonly step?: number };
  readonly check?: (body: Buffer, state: StreamState, place: StreamPlace) => void;
}

const exactly = (bytes: number): RecordRule['bytes'] => ({ min: bytes, max: bytes });

const vcpu = { min: 8, max: SMALL_BYTES };

/** State of the suspended domain. */
const tail = (
  domain: 'pv' | 'hvm',
  bytes: RecordRule['bytes'],
  check: RecordRule['check'] & object,
): RecordRule => ({ phases: ['memory', 'tail'], begins: 'tail', domain, bytes, check });

const P2M_FRAMES: RecordRule = {
  phases: ['memory'],
  domain: 'pv',
  bytes: { min: 16, max: LARGE_BYTES, step: 8 },
  check: checkP2mFrames,
};

// convert-legacy-stream writes X86_PV_INFO behind STATIC_DATA_END, and X86_TSC_INFO between memory.
const PV_INFO: RecordRule = {
  phases: ['static data', 'memory'],
  domain: 'pv',
  bytes: exactly(8),
  check: checkPvInfo,
};

const RULES: ReadonlyMap<number, RecordRule> = new Map<number, RecordRule>([
  [RECORD.END, { phases: ['memory', 'tail'], begins: 'end', bytes: exactly(0), check: checkComplete }],
  [RECORD.PAGE_DATA, { phases: ['memory'], bytes: { min: 16, max: RECORD_MAX_BYTES, step: 8 } }],
  [RECORD.X86_PV_INFO, PV_INFO],
  [RECORD.X86_PV_P2M_FRAMES, P2M_FRAMES],
  [RECORD.X86_PV_VCPU_BASIC, tail('pv', vcpu, checkVcpuBasic)],
  [RECORD.X86_PV_VCPU_EXTENDED, tail('pv', vcpu, checkVcpuExtended)],
  [RECORD.X86_PV_VCPU_XSAVE, tail('pv', vcpu, checkVcpuXsave)],
  [RECORD.SHARED_INFO, tail('pv', exactly(PAGE_BYTES), checkSharedInfo)],
  [RECORD.X86_TSC_INFO, { phases: ['memory', 'tail'], bytes: exactly(24), check: checkTscInfo }],
  [RECORD.HVM_CONTEXT, tail('hvm', { min: 16, max: LARGE_BYTES }, checkHvmContext)],
  [RECORD.HVM_PARAMS, tail('hvm', { min: 8, max: SMALL_BYTES, step: 8 }, checkHvmParams)],
  [RECORD.X86_PV_VCPU_MSRS, tail('pv', vcpu, checkVcpuMsrs)],
  [RECORD.VERIFY, { phases: ['memory'], bytes: exactly(0) }],
  [RECORD.STATIC_DATA_END, { phases: ['static data'], begins: 'memory', since: 3, bytes: exactly(0) }],
  [
    RECORD.X86_CPUID_POLICY,
    { phases: ['static data'], since: 3, bytes: { min: 24, max: SMALL_BYTES, step: 24 } },
  ],
  [
    RECORD.X86_MSR_POLICY,
    { phases: ['static data'], since: 3, bytes: { min: 16, max: SMALL_BYTES, step: 16 } },
  ],
]);

const UNSUPPORTED: ReadonlyMap<number, string> = new Map<number, string>([
  [RECORD.CHECKPOINT, 'it belongs to a stream of checkpoints (Remus, COLO)'],
  [RECORD.CHECKPOINT_DIRTY_PFN_LIST, 'it belongs to the back channel of COLO'],
  [RECORD.TOOLSTACK, 'libxc no longer takes it'],
]);

/** Checks a record's header: may such a record come now, and be as long as that? */
export function checkRecordHeader(
  type: number,
  length: number,
  state: StreamState,
  place: StreamPlace,
): void {
  const rule = findRule(type, place);
  const { header } = state;
  if (rule.domain !== undefined && rule.domain !== header.type) {
    throw corrupt(`it has no place in the stream of a domain of type ${header.type}`, place);
  }
  if (header.version < (rule.since ?? 2)) throw corrupt(`it has no place in a stream of version 2`, place);
  inferStaticDataEnd(rule, state);
  if (!rule.phases.includes(state.phase)) throw corrupt(`it has no place in the ${state.phase} part`, place);
  checkLength(length, rule.bytes, place);
}

/** Checks the body of any record but PAGE_DATA, together with its padding. */
export function checkRecordBody(
  type: number,
  padded: Buffer,
  length: number,
  state: StreamState,
  place: StreamPlace,
): void {
  const { check, begins } = findRule(type, place);
  if (!isZeroFrom(padded, length)) throw corrupt('its padding is not zero', place);
  check?.(padded.subarray(0, length), state, place);
  state.phase = begins ?? state.phase;
}

function findRule(type: number, place: StreamPlace): RecordRule {
  const rule = RULES.get(type);
  if (rule !== undefined) return rule;
  const reason = UNSUPPORTED.get(type);
  if (reason !== undefined) throw streamError('STREAM_UNSUPPORTED', reason, place);
  // libxc skips what it does not know of these, verify-stream-v2 does not, and no Xen ever wrote one.
  if (type >= RECORD_OPTIONAL)
    throw streamError('STREAM_UNSUPPORTED', 'it is optional, and of unknown type', place);
  throw corrupt('there is no such record', place);
}

/** Version 2 has no STATIC_DATA_END: the static data ends where anything else begins. */
function inferStaticDataEnd(rule: RecordRule, state: StreamState): void {
  if (state.header.version === 2 && state.phase === 'static data' && !rule.phases.includes('static data')) {
    state.phase = 'memory';
  }
}

function checkLength(length: number, { min, max, step }: RecordRule['bytes'], place: StreamPlace): void {
  if (min === max && length !== min) throw corrupt(`its length is ${length}, not ${min}`, place);
  if (length < min) throw corrupt(`its length is ${length}, less than ${min}`, place);
  if (length > max) throw streamError('STREAM_TOO_LARGE', `its length ${length} is beyond ${max}`, place);
  if (step !== undefined && (length - min) % step !== 0)
    throw corrupt(`its length ${length} is impossible`, place);
}

/** X86_TSC_INFO: u32 mode, u32 kHz, u64 ns, u32 incarnation, u32 reserved */
function checkTscInfo(body: Buffer, _state: StreamState, place: StreamPlace): void {
  if (!isZeroFrom(body, 20)) throw corrupt('reserved bits are set', place);
}

function checkComplete(_body: Buffer, state: StreamState, place: StreamPlace): void {
  if (state.header.type === 'pv') checkPvComplete(state, place);
  else checkHvmComplete(state, place);
}
